package defrag

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/event"
)

// Table holds the fragments of one worker.
type Table struct {
	cfg      Config
	seed     [4]uint64
	buckets  *slab.Array[uint32]
	trackers *slab.Slab[tracker]
	// frags is indexed from 1; free is the head of the list of unused ones. They
	// hold slices, so they live in the Go heap, made once.
	frags []fragment
	free  uint32
	held  int
	// octets of frames held.
	octets int
	// oldest and newest end the list of trackers.
	oldest, newest uint32
	copies         *slab.Bytes
	pages          []byte
	page           int
	// owner is scratch: who gave each block of the datagram being put together.
	owner [blocks]uint32
	res   Result
	// latest is the tracker of the fragment that the last Push held, or 0.
	latest uint32
	// Count is read by the worker between bursts.
	Count Counters
}

// New makes a table. Errors are Config.Validate's and the system's.
func New(c Config) (*Table, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t := &Table{cfg: c}
	if err := t.seedHash(c.Seed); err != nil {
		return nil, err
	}
	var err error
	if t.buckets, err = slab.NewArray[uint32](1 << bits.Len(uint(c.Trackers))); err != nil {
		return nil, err
	}
	if t.trackers, err = slab.NewSlab[tracker](c.Trackers); err != nil {
		t.Close()
		return nil, err
	}
	if t.copies, err = slab.NewBytes(max(c.CopyCap, 1)); err != nil {
		t.Close()
		return nil, err
	}
	if t.pages, err = slab.Map(c.Datagrams * pageSize); err != nil {
		t.Close()
		return nil, err
	}
	t.frags = make([]fragment, c.MaxFrags+1)
	for i := 1; i < c.MaxFrags; i++ {
		t.frags[i].next = uint32(i + 1)
	}
	t.free = 1
	most := c.MaxFragsPerDatagram + 1
	t.res.Handles = make([]uintptr, 0, most)
	// One fragment may push out several datagrams; evict stops when the next one
	// might not fit.
	t.res.Evicted = make([]uintptr, 0, 4*most)
	t.res.EvictedFrom = make([]uint16, 0, 4*most)
	return t, nil
}

// Warm takes the memory of what every fragment may touch from the system, so that
// none waits for it.
func (t *Table) Warm() {
	t.buckets.Warm(-1)
	t.trackers.Warm(t.trackers.Cap() / 16)
}

func (t *Table) seedHash(seed uint64) error {
	var b [8]byte
	if seed == 0 {
		if _, err := rand.Read(b[:]); err != nil {
			return err
		}
		seed = binary.LittleEndian.Uint64(b[:])
	}
	for i := range t.seed {
		seed = mix(seed+0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9)
		t.seed[i] = seed
	}
	return nil
}

// Close unmaps. Flush first, or the handles held are lost.
func (t *Table) Close() {
	if t.buckets != nil {
		t.buckets.Close()
	}
	if t.trackers != nil {
		t.trackers.Close()
	}
	if t.copies != nil {
		t.copies.Close()
	}
	slab.Unmap(t.pages)
	*t = Table{}
}

// EndBurst ends the life of every Datagram given out.
func (t *Table) EndBurst() { t.page = 0 }

// Trackers, Fragments and Octets are what is held now.
func (t *Table) Trackers() int { return t.trackers.Used() }

// Fragments counts the fragments held.
func (t *Table) Fragments() int { return t.held }

// Octets counts the octets of frames held, copies included.
func (t *Table) Octets() int { return t.octets }

// Expire gives up the oldest datagram if its time is over at nowUS; false when
// there is none. Call it until then, a few times a burst.
func (t *Table) Expire(nowUS int64) (*Result, bool) {
	i := t.oldest
	if i == 0 {
		return nil, false
	}
	tr := t.trackers.At(i)
	if nowUS-tr.lastUS < tr.timeout {
		return nil, false
	}
	t.Count.Timeouts++
	return t.giveUp(i, event.ReasonDefragError), true
}

// Flush gives up the oldest datagram whatever its age, for the end of a run;
// false when none is left.
func (t *Table) Flush() (*Result, bool) {
	if t.oldest == 0 {
		return nil, false
	}
	return t.giveUp(t.oldest, event.ReasonShutdown), true
}

func (t *Table) giveUp(i uint32, why event.Reason) *Result {
	t.res.reset()
	t.res.State, t.res.Reason = Dropped, why
	t.res.Handles = t.release(i, t.res.Handles)
	return &t.res
}

// find returns the tracker of k, or 0.
func (t *Table) find(k *key, bucket uint32) uint32 {
	for i := t.buckets.Rec[bucket]; i != 0; {
		tr := t.trackers.At(i)
		if tr.key == *k {
			return i
		}
		i = tr.chain
	}
	return 0
}

// add makes a tracker for k; 0 when there is none left.
func (t *Table) add(k *key, bucket uint32, p *packet.Packet) uint32 {
	i := t.trackers.Get()
	if i == 0 {
		return 0
	}
	tr := t.trackers.At(i)
	*tr = tracker{key: *k, bucket: bucket, lastUS: p.TimeUS, timeout: t.cfg.Timeout.Microseconds(), port: p.Root().Port}
	if t.cfg.Host != nil {
		policy, timeout := t.cfg.Host(k.version, &tr.key.dst)
		tr.policy = policy
		if timeout > 0 {
			tr.timeout = timeout.Microseconds()
		}
	}
	tr.chain = t.buckets.Rec[bucket]
	t.buckets.Rec[bucket] = i
	t.append(i, tr)
	return i
}

// append makes i the newest tracker.
func (t *Table) append(i uint32, tr *tracker) {
	tr.older, tr.newer = t.newest, 0
	if t.newest != 0 {
		t.trackers.At(t.newest).newer = i
	} else {
		t.oldest = i
	}
	t.newest = i
}

// unlink takes i out of the order.
func (t *Table) unlink(tr *tracker) {
	if tr.older != 0 {
		t.trackers.At(tr.older).newer = tr.newer
	} else {
		t.oldest = tr.newer
	}
	if tr.newer != 0 {
		t.trackers.At(tr.newer).older = tr.older
	} else {
		t.newest = tr.older
	}
}

// release frees tracker i with all its fragments and appends their handles.
func (t *Table) release(i uint32, handles []uintptr) []uintptr {
	tr := t.trackers.At(i)
	for at := tr.first; at != 0; {
		f := &t.frags[at]
		if f.handle != 0 {
			handles = append(handles, f.handle)
		}
		t.octets -= int(f.frame)
		t.held--
		t.copies.Put(f.own)
		next := f.next
		*f = fragment{next: t.free}
		t.free = at
		at = next
	}
	for at := &t.buckets.Rec[tr.bucket]; *at != 0; at = &t.trackers.At(*at).chain {
		if *at == i {
			*at = tr.chain
			break
		}
	}
	t.unlink(tr)
	t.trackers.Put(i)
	return handles
}

// evict gives up the oldest datagram but keep; false when that is all there is
// or the list of evicted handles could run over.
func (t *Table) evict(keep uint32) bool {
	i := t.oldest
	if i == keep && i != 0 {
		i = t.trackers.At(i).newer
	}
	if i == 0 || len(t.res.Evicted)+int(t.trackers.At(i).frags) > cap(t.res.Evicted) {
		return false
	}
	t.Count.Evicted++
	t.pushOut(i, event.ReasonDefragMemcap)
	return true
}

// pushOut gives tracker i up for another datagram.
func (t *Table) pushOut(i uint32, why event.Reason) {
	r := &t.res
	tr := t.trackers.At(i)
	from := tr.port
	if tr.condemned {
		from = Condemned
	}
	r.Evicted = t.release(i, r.Evicted)
	for len(r.EvictedFrom) < len(r.Evicted) {
		r.EvictedFrom = append(r.EvictedFrom, from)
	}
	r.EvictReason = why
}
