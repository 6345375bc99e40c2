package expect

import (
	"errors"
	"sync/atomic"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// Life is how long a connection may take to come, in microseconds.
	Life = 30_000_000
	// MaxName is how much of a file's name is kept, in octets.
	MaxName = 255
	// probe is how many slots one key may stand in.
	probe = 8
	// MaxSlots bounds a table.
	MaxSlots = 1 << 20
)

// Key names a connection by who opens it and where it goes to.
type Key struct {
	Src, Dst [16]byte
	Port     uint16 // of the destination
	Version  uint8  // of IP: 4 or 6
}

// Entry is what is known of a connection before it comes.
type Entry struct {
	Proto input.AppProto
	// Command is the protocol's own word for what is carried.
	Command uint8
	// Dir is the direction in which it goes.
	Dir input.Dir
	// Parent is the flow that announced it.
	Parent uint64

	n    uint8
	name [MaxName]byte
}

// Name is the file's name.
func (e *Entry) Name() []byte { return e.name[:e.n] }

// SetName keeps a file's name, or its beginning.
func (e *Entry) SetName(b []byte) { e.n = uint8(copy(e.name[:], b)) }

// States of a slot.
const (
	free uint32 = iota
	busy        // somebody writes or compares
	ready
)

// slot is the place of one entry. It stands apart from what the entry says: a
// search that finds nothing touches no more than these.
type slot struct {
	// hash lets others pass by without claiming the slot.
	hash  atomic.Uint64
	till  atomic.Int64 // microseconds
	state atomic.Uint32
	_     uint32
}

// said is what a slot's entry says; whoever made the slot busy owns it.
type said struct {
	key Key
	e   Entry
}

// Stats count what a table did.
type Stats struct {
	// Added entries; Taken ones were met by a connection; Replaced ones had to go
	// for want of room; Lost ones found every slot claimed.
	Added, Taken, Replaced, Lost atomic.Uint64
}

// Table is the set of expectations.
type Table struct {
	mem   []byte
	slots []slot
	said  []said
	seed  uint64
	live  atomic.Int64 // entries at most: those that nobody asked for count on
	Stats Stats
}

// New makes a table of at least n slots. seed keys the places: whoever knew them
// could crowd an entry out.
func New(n int, seed uint64) (*Table, error) {
	if n < probe || n > MaxSlots {
		return nil, errors.New("expectations: want 8 to 1048576 places")
	}
	size := probe
	for size < n {
		size *= 2
	}
	mem, err := slab.Map(size * (slotSize + saidSize))
	if err != nil {
		return nil, err
	}
	t := &Table{mem: mem, seed: seed}
	t.slots, t.said = view(mem, size)
	return t, nil
}

// Close unmaps the table.
func (t *Table) Close() error {
	m := t.mem
	t.mem, t.slots, t.said = nil, nil, nil
	return slab.Unmap(m)
}

// Any reports whether an entry may be there: false spares the search.
func (t *Table) Any() bool { return t.live.Load() > 0 }

// Add expects a connection from now (microseconds) on. false: there was no place
// that could be claimed.
func (t *Table) Add(k *Key, e *Entry, now int64) bool {
	h := t.hash(k)
	old := -1
	oldest := int64(1<<63 - 1)
	for i := range probe {
		at := t.at(h, i)
		s := &t.slots[at]
		switch {
		case s.state.Load() == free:
			if s.state.CompareAndSwap(free, busy) {
				t.live.Add(1)
				t.put(at, k, e, h, now)
				return true
			}
		case s.state.Load() == ready && s.till.Load() < oldest:
			oldest, old = s.till.Load(), at
		}
	}
	if old < 0 {
		t.Stats.Lost.Add(1)
		return false
	}
	s := &t.slots[old]
	if !s.state.CompareAndSwap(ready, busy) {
		t.Stats.Lost.Add(1)
		return false
	}
	if s.till.Load() > now {
		t.Stats.Replaced.Add(1)
	}
	t.put(old, k, e, h, now)
	return true
}

func (t *Table) put(at int, k *Key, e *Entry, h uint64, now int64) {
	s := &t.slots[at]
	t.said[at] = said{*k, *e}
	s.hash.Store(h)
	s.till.Store(now + Life)
	s.state.Store(ready)
	t.Stats.Added.Add(1)
}

// Take removes the entry of a connection and copies it to e; false when none was
// expected, or it was too long ago.
func (t *Table) Take(k *Key, now int64, e *Entry) bool {
	h := t.hash(k)
	for i := range probe {
		at := t.at(h, i)
		s := &t.slots[at]
		if s.hash.Load() != h || s.state.Load() != ready || !s.state.CompareAndSwap(ready, busy) {
			continue
		}
		late := s.till.Load() < now
		if !late && t.said[at].key != *k {
			s.state.Store(ready)
			continue
		}
		if !late {
			*e = t.said[at].e
			t.Stats.Taken.Add(1)
		}
		t.live.Add(-1)
		s.state.Store(free)
		if !late {
			return true
		}
	}
	return false
}

func (t *Table) at(h uint64, i int) int { return (int(h>>20) + i) & (len(t.slots) - 1) }

// hash mixes a key; it need not be strong, only not known.
func (t *Table) hash(k *Key) uint64 {
	h := t.seed
	for i := 0; i < 16; i += 8 {
		h = mix(h, k.Src[i:])
		h = mix(h, k.Dst[i:])
	}
	h = (h ^ uint64(k.Port) ^ uint64(k.Version)<<16) * 0x9fb21c651e98df25
	return h ^ h>>29 | 1
}

func mix(h uint64, b []byte) uint64 {
	_ = b[7]
	w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
	h = (h ^ w) * 0xff51afd7ed558ccd
	return h ^ h>>32
}
