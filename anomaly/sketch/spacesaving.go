package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
)

// Key is what Space-Saving keeps and gives back: an address of 16 octets as
// two words and a third word of the caller's (a port, a subject).
type Key struct {
	A, B, Aux uint64
}

// Counter is one monitored key: its true count lies in [Count-Error, Count].
type Counter struct {
	Key   Key
	Count uint64
	Error uint64
	tag   uint64 // hash; finds the key in the index
}

// SpaceSaving keeps the k heaviest keys of a stream.
//
// Error: with N the sum of all additions, every key above N/k is kept, a
// count is never too small and at most N/k too large, with certainty
// (Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and top-k
// elements in data streams", ICDT 2005). Merged summaries keep the bound over
// the sum of both (Agarwal, Cormode, Huang, Phillips, Wei, Yi, "Mergeable
// summaries", PODS 2012).
//
// A key already kept costs one probe; a new key in a full summary costs a walk
// of log2 k down the heap. So detectors feed it only while something is wrong.
//
// Ownership: slots are the caller's memory. Concurrency: one writer.
type SpaceSaving struct {
	heap  []Counter // min-heap by Count
	index []int32   // open addressing: heap position + 1, or 0
	n     int
	total uint64
	seed  uint64
}

// NewSpaceSaving takes k counters (2 to 65536) out of the arena.
func NewSpaceSaving(a *Arena, seed *Seed, k int) (SpaceSaving, error) {
	if k < 2 || k > 1<<16 {
		return SpaceSaving{}, fmt.Errorf("space-saving of %d counters: 2 to 65536 is needed", k)
	}
	return SpaceSaving{heap: Take[Counter](a, k), index: Take[int32](a, indexSize(k)), seed: seed.Fingerprint()}, a.Err()
}

// indexSize keeps the index at most a quarter to half full, so probes stay short.
func indexSize(k int) int {
	n := 4
	for n < 2*k {
		n *= 2
	}
	return n
}

// Add counts n more of the key, whose hash is h.
func (s *SpaceSaving) Add(h Hash, key Key, n uint64) {
	s.total += n
	tag := h.Lo ^ h.Hi
	if i := s.find(tag, &key); i >= 0 {
		s.heap[i].Count += n
		s.down(i)
		return
	}
	if s.n < len(s.heap) {
		i := s.n
		s.n++
		s.heap[i] = Counter{Key: key, Count: n, tag: tag}
		s.link(i)
		s.up(i)
		return
	}
	least := &s.heap[0]
	s.unlink(0)
	*least = Counter{Key: key, Count: least.Count + n, Error: least.Count, tag: tag}
	s.link(0)
	s.down(0)
}

func (s *SpaceSaving) find(tag uint64, key *Key) int {
	mask := uint64(len(s.index) - 1)
	for p := tag & mask; s.index[p] != 0; p = (p + 1) & mask {
		i := int(s.index[p]) - 1
		if s.heap[i].tag == tag && s.heap[i].Key == *key {
			return i
		}
	}
	return -1
}

// slot is the index position that holds heap position i.
func (s *SpaceSaving) slot(i int) uint64 {
	mask := uint64(len(s.index) - 1)
	p := s.heap[i].tag & mask
	for int(s.index[p]) != i+1 {
		p = (p + 1) & mask
	}
	return p
}

func (s *SpaceSaving) link(i int) {
	mask := uint64(len(s.index) - 1)
	p := s.heap[i].tag & mask
	for s.index[p] != 0 {
		p = (p + 1) & mask
	}
	s.index[p] = int32(i + 1)
}

// unlink removes by backward shift, so that no tombstones gather under a flood
// of keys.
func (s *SpaceSaving) unlink(i int) {
	mask := uint64(len(s.index) - 1)
	hole := s.slot(i)
	for p := (hole + 1) & mask; s.index[p] != 0; p = (p + 1) & mask {
		home := s.heap[s.index[p]-1].tag & mask
		if (p-home)&mask >= (p-hole)&mask {
			s.index[hole] = s.index[p]
			hole = p
		}
	}
	s.index[hole] = 0
}

func (s *SpaceSaving) swap(i, j int) {
	pi, pj := s.slot(i), s.slot(j)
	s.index[pi], s.index[pj] = int32(j+1), int32(i+1)
	s.heap[i], s.heap[j] = s.heap[j], s.heap[i]
}

func (s *SpaceSaving) up(i int) {
	for i > 0 && s.heap[(i-1)/2].Count > s.heap[i].Count {
		s.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (s *SpaceSaving) down(i int) {
	for {
		c := 2*i + 1
		if c >= s.n {
			return
		}
		if c+1 < s.n && s.heap[c+1].Count < s.heap[c].Count {
			c++
		}
		if s.heap[i].Count <= s.heap[c].Count {
			return
		}
		s.swap(i, c)
		i = c
	}
}

// Len is the number of keys kept.
func (s *SpaceSaving) Len() int { return s.n }

// At returns the i-th kept counter, in no order.
func (s *SpaceSaving) At(i int) *Counter { return &s.heap[i] }

// Total is the sum of everything added.
func (s *SpaceSaving) Total() uint64 { return s.total }

// ErrorBound is N/k.
func (s *SpaceSaving) ErrorBound() float64 { return float64(s.total) / float64(len(s.heap)) }

// Reset forgets everything.
func (s *SpaceSaving) Reset() {
	clear(s.index)
	s.n, s.total = 0, 0
}

// Top returns the counters in falling order. It allocates: control only.
func (s *SpaceSaving) Top() []Counter {
	out := append([]Counter(nil), s.heap[:s.n]...)
	sort.Slice(out, func(i, j int) bool { return out[i].Count > out[j].Count })
	return out
}

// Merge adds another summary of the same size and seed. It allocates: control
// only. A key missing on one side is taken to have that side's least count,
// and the error grows by as much.
func (s *SpaceSaving) Merge(o *SpaceSaving) error {
	if len(s.heap) != len(o.heap) || s.seed != o.seed {
		return fmt.Errorf("space-saving of %d and %d counters: %w", len(s.heap), len(o.heap), ErrMismatch)
	}
	both := make([]Counter, 0, s.n+o.n)
	for i := range s.heap[:s.n] {
		c := s.heap[i]
		both = append(both, joined(c, o))
	}
	for i := range o.heap[:o.n] {
		if c := o.heap[i]; s.find(c.tag, &c.Key) < 0 {
			both = append(both, joined(c, s))
		}
	}
	sort.Slice(both, func(i, j int) bool { return both[i].Count > both[j].Count })
	total := s.total + o.total
	s.Reset()
	s.total = total
	for _, c := range both[:min(len(both), len(s.heap))] {
		s.heap[s.n] = c
		s.n++
		s.link(s.n - 1)
		s.up(s.n - 1)
	}
	return nil
}

func joined(c Counter, o *SpaceSaving) Counter {
	if i := o.find(c.tag, &c.Key); i >= 0 {
		c.Count += o.heap[i].Count
		c.Error += o.heap[i].Error
	} else if o.n == len(o.heap) {
		c.Count += o.heap[0].Count
		c.Error += o.heap[0].Count
	}
	return c
}

const counterLen = 48

// MarshalBinary writes the versioned format.
func (s *SpaceSaving) MarshalBinary() ([]byte, error) {
	body := make([]byte, 0, counterLen*s.n)
	for i := range s.heap[:s.n] {
		c := &s.heap[i]
		for _, w := range [...]uint64{c.Key.A, c.Key.B, c.Key.Aux, c.Count, c.Error, c.tag} {
			body = binary.LittleEndian.AppendUint64(body, w)
		}
	}
	e := envelope{kind: KindSpaceSaving, seed: s.seed, shape: uint64(len(s.heap)), total: s.total, body: body}
	return e.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote into fresh heap memory.
func (s *SpaceSaving) UnmarshalBinary(b []byte) error {
	e, err := unmarshal(b, KindSpaceSaving)
	if err != nil {
		return err
	}
	k, n := int(e.shape), len(e.body)/counterLen
	if e.shape < 2 || e.shape > 1<<16 || len(e.body)%counterLen != 0 || n > k {
		return fmt.Errorf("%w: space-saving of %d counters in %d octets", ErrFormat, e.shape, len(e.body))
	}
	t := SpaceSaving{heap: make([]Counter, k), index: make([]int32, indexSize(k)), seed: e.seed, total: e.total}
	for i := range n {
		var w [6]uint64
		for j := range w {
			w[j] = binary.LittleEndian.Uint64(e.body[i*counterLen+8*j:])
		}
		c := Counter{Key: Key{w[0], w[1], w[2]}, Count: w[3], Error: w[4], tag: w[5]}
		if c.Error > c.Count || t.find(c.tag, &c.Key) >= 0 || c.Count == math.MaxUint64 {
			return fmt.Errorf("%w: space-saving counter %d", ErrFormat, i)
		}
		t.heap[i] = c
		t.n++
		t.link(i)
		t.up(i)
	}
	*s = t
	return nil
}
