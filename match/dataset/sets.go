package dataset

import (
	"errors"
	"fmt"
	"hash/maphash"
	"math/bits"
	"runtime"
	"sync/atomic"
)

// Config is how much is kept.
type Config struct {
	// Entries is the number of values in all sets together, rounded up to a power
	// of two of buckets; Octets the room for the values themselves.
	Entries, Octets int
}

// DefaultConfig holds a quarter of a million values of 128 octets on average. The
// memory is touched when it is used.
func DefaultConfig() Config { return Config{Entries: 1 << 18, Octets: 32 << 20} }

const (
	ways      = 15
	blockData = 60
	// MaxValue is the longest value that a set takes, octets.
	MaxValue = 1 << 16
	maxSets  = 256
)

func (c *Config) buckets() int {
	n := 1
	for n*ways < 2*c.Entries {
		n <<= 1
	}
	return n
}

func (c *Config) blocks() int { return c.Octets / 64 }

// Size is the octets of memory that New needs.
func (c *Config) Size() int { return headSize + bucketSize*c.buckets() + blockSize*c.blocks() }

// Counter is one of the sets' counters.
type Counter int

// Counters.
const (
	Full      Counter = iota // no room for a value
	OverCap                  // a set's own memory cap is reached
	Contended                // a bucket could not be claimed
	numCounters
)

// head is the first page: what the memory holds, who uses how much.
type head struct {
	magic    uint64
	buckets  uint64
	blocks   uint64
	seed     [2]uint64
	counters [numCounters]atomic.Uint64
	free     atomic.Uint64 // head of the list of free blocks: a tag above, the block + 1 below
	fresh    atomic.Uint64 // blocks never used yet
	sets     [maxSets]use
}

// use is the memory that one set takes.
type use struct {
	id     atomic.Uint32 // number of the set + 1
	_      uint32
	octets atomic.Int64
}

// States of an entry.
const (
	free    uint8 = iota
	present       // the set has the value
	removed       // the value was loaded with the set and was taken out
)

// entry says of one value whether a set has it.
type entry struct {
	hash  uint64
	set   uint32
	size  uint32
	first uint32 // block + 1 of the value's octets
	state uint8
	_     [11]byte
}

type bucket struct {
	claim   atomic.Uint32
	_       [28]byte
	entries [ways]entry
}

// block holds a part of a value.
type block struct {
	data [blockData]byte
	next uint32
}

const magic = 0x7765697264733031

// Sets are the data sets of all workers.
type Sets struct {
	h       *head
	buckets []bucket
	blocks  []block
}

// ErrMemory says that the memory does not hold what the configuration needs.
var ErrMemory = errors.New("data sets: memory does not fit the configuration")

// New lays empty sets out in mem, which must be zeroed, 64-octet aligned, at least
// c.Size() octets and outside the Go heap where it is shared. seed keys the hash.
func New(c Config, mem []byte, seed [2]uint64) (*Sets, error) {
	if c.Entries < 1 || c.Entries > 1<<26 || c.Octets < 64 || c.Octets > 1<<33 {
		return nil, fmt.Errorf("data sets: %d entries of %d octets, want 1 to %d and 64 to %d", c.Entries, c.Octets, 1<<26, 1<<33)
	}
	if len(mem) < c.Size() {
		return nil, ErrMemory
	}
	h := viewHead(mem)
	h.buckets, h.blocks, h.seed, h.magic = uint64(c.buckets()), uint64(c.blocks()), seed, magic
	return Attach(mem)
}

// Attach opens sets that New laid out, with what they hold. No worker runs yet.
func Attach(mem []byte) (*Sets, error) {
	if len(mem) < headSize {
		return nil, ErrMemory
	}
	h := viewHead(mem)
	nb, nk := h.buckets, h.blocks
	if h.magic != magic || nb == 0 || nb&(nb-1) != 0 || nb > 1<<28 || nk > 1<<28 ||
		len(mem) < headSize+bucketSize*int(nb)+blockSize*int(nk) {
		return nil, ErrMemory
	}
	s := &Sets{h: h, buckets: view[bucket](mem, headSize, int(nb)), blocks: view[block](mem, headSize+bucketSize*int(nb), int(nk))}
	for i := range s.buckets {
		if s.buckets[i].claim.Load() != 0 {
			s.buckets[i].claim.Store(0)
		}
	}
	return s, nil
}

// Count is one of the counters.
func (s *Sets) Count(c Counter) uint64 { return s.h.counters[c].Load() }

const (
	quickSpins = 256
	maxSpins   = 1 << 14
)

func (s *Sets) claim(hash uint64) *bucket {
	b := &s.buckets[hash&uint64(len(s.buckets)-1)]
	for i := range maxSpins {
		if b.claim.CompareAndSwap(0, 1) {
			return b
		}
		if i > quickSpins {
			// The holder's thread may have been taken off its core.
			runtime.Gosched()
		}
	}
	s.h.counters[Contended].Add(1)
	return nil
}

// hash is a keyed hash of a set and a value.
func (s *Sets) hash(set uint32, v []byte) uint64 {
	x := s.h.seed[0] ^ uint64(set)*0x9E3779B97F4A7C15 ^ uint64(len(v))
	for len(v) > 0 {
		var w uint64
		n := min(len(v), 8)
		for i, c := range v[:n] {
			w |= uint64(c) << (8 * i)
		}
		hi, lo := bits.Mul64(x^w, s.h.seed[1]|1)
		x = hi ^ lo ^ bits.RotateLeft64(x, 29)
		v = v[n:]
	}
	hi, lo := bits.Mul64(x^s.h.seed[1], 0xD6E8FEB86659FD93)
	return hi ^ lo
}

// find is a value's entry, or nil.
func (s *Sets) find(b *bucket, h uint64, set uint32, v []byte) *entry {
	for i := range b.entries {
		e := &b.entries[i]
		if e.state != free && e.hash == h && e.set == set && int(e.size) == len(v) && s.equal(e, v) {
			return e
		}
	}
	return nil
}

func (s *Sets) equal(e *entry, v []byte) bool {
	for at := e.first; len(v) > 0; {
		if at == 0 || int(at) > len(s.blocks) {
			return false
		}
		k := &s.blocks[at-1]
		n := min(len(v), blockData)
		if string(k.data[:n]) != string(v[:n]) {
			return false
		}
		v, at = v[n:], k.next
	}
	return true
}

// SetHas says whether set has a value; loaded whether it had it when it was
// loaded.
func (s *Sets) SetHas(set uint32, v []byte, loaded bool) bool {
	if s.Untouched(set) {
		return loaded
	}
	h := s.hash(set, v)
	b := s.claim(h)
	if b == nil {
		return loaded
	}
	e := s.find(b, h, set, v)
	if e != nil {
		loaded = e.state == present
	}
	b.claim.Store(0)
	return loaded
}

// SetAdd puts a value into a set of at most memcap octets (0: no cap of its own)
// and says whether it is new.
func (s *Sets) SetAdd(set uint32, v []byte, loaded bool, memcap uint64) bool {
	return s.change(set, v, loaded, present, memcap)
}

// SetRemove takes a value out of a set and says whether it was there.
func (s *Sets) SetRemove(set uint32, v []byte, loaded bool) bool {
	return s.change(set, v, loaded, removed, 0)
}

// change makes a value present or removed; false when it is so already or there
// is no room.
func (s *Sets) change(set uint32, v []byte, loaded bool, to uint8, memcap uint64) bool {
	if len(v) > MaxValue {
		return false
	}
	h := s.hash(set, v)
	b := s.claim(h)
	if b == nil {
		return false
	}
	ok := s.changeIn(b, h, set, v, loaded, to, memcap)
	b.claim.Store(0)
	return ok
}

func (s *Sets) changeIn(b *bucket, h uint64, set uint32, v []byte, loaded bool, to uint8, memcap uint64) bool {
	if e := s.find(b, h, set, v); e != nil {
		if e.state == to {
			return false
		}
		if loaded == (to == present) {
			// Back to what was loaded: nothing to remember.
			s.drop(e)
		} else {
			e.state = to
		}
		return true
	}
	if loaded == (to == present) {
		return false
	}
	for i := range b.entries {
		if e := &b.entries[i]; e.state == free {
			return s.put(e, h, set, v, to, memcap)
		}
	}
	s.h.counters[Full].Add(1)
	return false
}

// cost is the memory that a value takes.
func cost(n int) int64 { return int64(max((n+blockData-1)/blockData, 1))*64 + 32 }

func (s *Sets) put(e *entry, h uint64, set uint32, v []byte, to uint8, memcap uint64) bool {
	u := s.useOf(set)
	if u != nil && memcap > 0 && u.octets.Load()+cost(len(v)) > int64(min(memcap, 1<<62)) {
		s.h.counters[OverCap].Add(1)
		return false
	}
	first, ok := s.store(v)
	if !ok {
		s.h.counters[Full].Add(1)
		return false
	}
	if u != nil {
		u.octets.Add(cost(len(v)))
	}
	*e = entry{hash: h, set: set, size: uint32(len(v)), first: first, state: to}
	return true
}

func (s *Sets) drop(e *entry) {
	if u := s.useOf(e.set); u != nil {
		u.octets.Add(-cost(int(e.size)))
	}
	s.give(e.first)
	*e = entry{}
}

// useOf is the account of a set; nil when there are too many sets to keep one.
func (s *Sets) useOf(set uint32) *use {
	for i := range maxSets {
		u := &s.h.sets[(int(set)+i)%maxSets]
		if id := u.id.Load(); id == set+1 || id == 0 && u.id.CompareAndSwap(0, set+1) || u.id.Load() == set+1 {
			return u
		}
	}
	return nil
}

// Untouched says that a set is as it was loaded: one load for sets that nobody
// changes, and no account for them.
func (s *Sets) Untouched(set uint32) bool {
	for i := range maxSets {
		switch u := &s.h.sets[(int(set)+i)%maxSets]; u.id.Load() {
		case set + 1:
			return u.octets.Load() == 0
		case 0:
			return true
		}
	}
	return false
}

// Clear takes out of a set what was put into it since it was loaded. What it was
// loaded with is the caller's to remove, with SetRemove.
func (s *Sets) Clear(set uint32) (n int) {
	for i := range s.buckets {
		b := s.claim(uint64(i))
		if b == nil {
			continue
		}
		for j := range b.entries {
			if e := &b.entries[j]; e.state == present && e.set == set {
				s.drop(e)
				n++
			}
		}
		b.claim.Store(0)
	}
	return n
}

// store copies a value into blocks; an empty value takes none.
func (s *Sets) store(v []byte) (first uint32, ok bool) {
	last := uint32(0)
	for len(v) > 0 {
		at := s.take()
		if at == 0 {
			s.give(first)
			return 0, false
		}
		n := copy(s.blocks[at-1].data[:], v)
		v = v[n:]
		if last == 0 {
			first = at
		} else {
			s.blocks[last-1].next = at
		}
		last = at
	}
	return first, true
}

const tagShift = 32

// take is a free block, 0 when there is none. The tag in the list's head tells
// apart two times at which the same block leads it.
func (s *Sets) take() uint32 {
	for range maxSpins {
		old := s.h.free.Load()
		at := uint32(old)
		if at == 0 {
			break
		}
		next := s.blocks[at-1].next
		if s.h.free.CompareAndSwap(old, (old>>tagShift+1)<<tagShift|uint64(next)) {
			s.blocks[at-1].next = 0
			return at
		}
	}
	if n := s.h.fresh.Add(1); n <= uint64(len(s.blocks)) {
		return uint32(n)
	}
	s.h.fresh.Add(^uint64(0))
	return 0
}

// give puts a chain of blocks back.
func (s *Sets) give(first uint32) {
	if first == 0 {
		return
	}
	last := first
	for s.blocks[last-1].next != 0 {
		last = s.blocks[last-1].next
	}
	for {
		old := s.h.free.Load()
		s.blocks[last-1].next = uint32(old)
		if s.h.free.CompareAndSwap(old, (old>>tagShift+1)<<tagShift|uint64(first)) {
			return
		}
	}
}

// Each calls f for every value of a set that differs from what was loaded, with
// whether the set has it. It walks all buckets: for the end of a run and for
// commands.
func (s *Sets) Each(set uint32, f func(v []byte, has bool)) {
	var v []byte
	for i := range s.buckets {
		b := s.claim(uint64(i))
		if b == nil {
			continue
		}
		for j := range b.entries {
			e := &b.entries[j]
			if e.state == free || e.set != set {
				continue
			}
			v = v[:0]
			for at, left := e.first, int(e.size); left > 0 && at != 0; at = s.blocks[at-1].next {
				n := min(left, blockData)
				v = append(v, s.blocks[at-1].data[:n]...)
				left -= n
			}
			f(v, e.state == present)
		}
		b.claim.Store(0)
	}
}

// Seed makes a key for the hash from the runtime's.
func Seed() (seed [2]uint64) {
	for i := range seed {
		seed[i] = maphash.Bytes(maphash.MakeSeed(), nil)
	}
	return seed
}
