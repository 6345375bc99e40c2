package sketch

import "sync/atomic"

// generations: one is written, one is finished and may be read, one is being
// cleared little by little for the next turn, so that no turn has to clear a
// megabyte between two bursts.
const generations = 3

// clearStep is what ClearSome wipes in one call.
const clearStep = 16 << 10

// Rotor ages a sketch: it owns three equal regions and says which one is
// current.
//
// Concurrency: the writer calls Current, ClearSome and Turn; one or more
// readers, in other threads or processes, call ReadFinished.
type Rotor struct {
	head    *rotorHead
	mem     [generations][]byte
	keep    int // leading octets that clearing leaves alone (shape, seed)
	cleared int // octets of the next region that are clean
}

// rotorHead lies in the arena: readers share it.
type rotorHead struct {
	seq        atomic.Uint64 // turns so far; current is seq%3, finished (seq-1)%3
	finishedUS atomic.Int64
	_          [6]uint64
}

// NewRotor takes three regions of size octets (a multiple of 8) out of the
// arena. keep leading octets of each survive clearing.
func NewRotor(a *Arena, size, keep int) Rotor {
	var r Rotor
	if h := Take[rotorHead](a, 1); h != nil {
		r.head = &h[0]
	}
	for i := range r.mem {
		r.mem[i] = a.Bytes(size)
	}
	r.keep = keep
	r.cleared = size
	return r
}

// Current is the index of the generation to write to.
func (r *Rotor) Current() int { return int(r.head.seq.Load() % generations) }

// Previous is the index of the finished generation; valid after the first turn.
func (r *Rotor) Previous() int { return int((r.head.seq.Load() + generations - 1) % generations) }

// Region is the memory of generation i.
func (r *Rotor) Region(i int) []byte { return r.mem[i] }

// ClearSome wipes a little of the next generation. Called once a tick.
func (r *Rotor) ClearSome() {
	r.clearTo(min(r.cleared+clearStep, len(r.mem[0])))
}

func (r *Rotor) clearTo(end int) {
	next := r.mem[(r.head.seq.Load()+1)%generations]
	if start := max(r.cleared, r.keep); start < end {
		clear(next[start:end])
	}
	r.cleared = max(r.cleared, end)
}

// Turn finishes the current generation at nowUS and goes on to a clean one.
// What ClearSome has not wiped yet is wiped here.
func (r *Rotor) Turn(nowUS int64) {
	r.clearTo(len(r.mem[0]))
	r.head.finishedUS.Store(nowUS)
	// Add, not Store: a full barrier on every architecture, so that clearing
	// of the reader's region is never seen before the new sequence number.
	r.head.seq.Add(1)
	r.cleared = 0
}

// ReadFinished copies the finished generation into dst (at least the region's
// size) and returns its sequence number and when it ended. ok is false when
// there is none yet, or the writer turned meanwhile: the copy is then void.
func (r *Rotor) ReadFinished(dst []byte) (seq uint64, endUS int64, ok bool) {
	seq = r.head.seq.Load()
	if seq == 0 || len(dst) < len(r.mem[0]) {
		return 0, 0, false
	}
	src, out := words(r.mem[(seq-1)%generations]), words(dst)
	endUS = r.head.finishedUS.Load()
	for i := range src {
		out[i] = atomic.LoadUint64(&src[i])
	}
	return seq, endUS, r.head.seq.Load() == seq
}

// RotatingCountMin is a CountMin a generation.
type RotatingCountMin struct {
	rotor Rotor
	gen   [generations]CountMin
	cur   *CountMin
}

// NewRotatingCountMin takes three sketches of that width out of the arena.
func NewRotatingCountMin(a *Arena, seed *Seed, width int) (*RotatingCountMin, error) {
	if _, err := NewCountMin(NewArena(nil), seed, width); err != nil {
		return nil, err
	}
	r := &RotatingCountMin{rotor: NewRotor(a, CountMinSize(width), 0)}
	if a.Measuring() || a.Err() != nil {
		return r, a.Err()
	}
	for i := range r.gen {
		r.gen[i] = viewCountMin(r.rotor.Region(i), width)
		r.stamp(i, seed.Fingerprint())
	}
	r.cur = &r.gen[0]
	return r, nil
}

func (r *RotatingCountMin) stamp(i int, fingerprint uint64) {
	h := r.gen[i].head
	h.seed, h.width = fingerprint, uint64(r.gen[i].Width())
}

// Add counts in the current generation; see CountMin.Add.
func (r *RotatingCountMin) Add(h Hash, n uint32) uint32 { return r.cur.Add(h, n) }

// Current is the sketch being written; the writer's own.
func (r *RotatingCountMin) Current() *CountMin { return r.cur }

// Previous is the finished sketch of the last window; the writer may read it.
func (r *RotatingCountMin) Previous() *CountMin { return &r.gen[r.rotor.Previous()] }

// ClearSome is Rotor.ClearSome.
func (r *RotatingCountMin) ClearSome() { r.rotor.ClearSome() }

// Turn starts a new window at nowUS.
func (r *RotatingCountMin) Turn(nowUS int64) {
	fp := r.cur.head.seed
	r.rotor.Turn(nowUS)
	i := r.rotor.Current()
	r.stamp(i, fp)
	r.cur = &r.gen[i]
}

// Snapshot copies the finished window, for control, into a sketch of its own
// heap memory. ok is false when none is there or the writer turned meanwhile.
func (r *RotatingCountMin) Snapshot() (c CountMin, endUS int64, ok bool) {
	width := r.gen[0].Width()
	sub := NewArena(make([]byte, CountMinSize(width)+Align))
	mem := sub.Bytes(CountMinSize(width))
	_, endUS, ok = r.rotor.ReadFinished(mem)
	return viewCountMin(mem, width), endUS, ok
}
