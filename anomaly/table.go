package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// ways is the associativity: the tags of a set fill one cache line, so a miss
// costs one line and nothing else.
const ways = 8

// table keeps records of the most active keys in fixed memory. A new key takes
// an empty way or that of the least active, longest idle record: a flood of
// single keys churns among itself and leaves the busy ones alone.
//
// Keys are 128-bit keyed hashes of which a table keeps 40 bits and the set; a
// record that must not be confused holds its address and compares.
type table[T any] struct {
	tags []tagLine
	vals []T
	mask uint64
}

// A tag word: 40 bits of hash, 16 bits of when (stampUS units), 8 bits of how
// often. The zero word is an empty way; a used one has been touched at least once.
type tagLine [ways]uint64

const (
	tagShift   = 24
	stampShift = 8
	stampUS    = 4_000_000
	// A record's activity halves with every idleHalf stamps of idleness.
	idleHalf = 8
)

func newTable[T any](a *sketch.Arena, n int) table[T] {
	return table[T]{tags: sketch.Take[tagLine](a, n/ways), vals: sketch.Take[T](a, n), mask: uint64(n/ways - 1)}
}

// find returns the key's record or nil.
func (t *table[T]) find(h sketch.Hash) *T {
	set := h.Lo & t.mask
	want := h.Hi >> tagShift
	for i, w := range &t.tags[set] {
		if w>>tagShift == want && w != 0 {
			return &t.vals[set*ways+uint64(i)]
		}
	}
	return nil
}

// claim returns the key's record, or one taken over for it. fresh says that
// the record still holds what its former owner left: the caller accounts for
// that and clears it.
func (t *table[T]) claim(h sketch.Hash, nowUS int64) (v *T, fresh bool) {
	set := h.Lo & t.mask
	want := h.Hi >> tagShift
	stamp := uint64(uint16(nowUS / stampUS))
	line := &t.tags[set]
	victim, least := 0, uint32(1<<31)
	for i, w := range line {
		if w>>tagShift == want && w != 0 {
			line[i] = want<<tagShift | stamp<<stampShift | min(w&0xff+1, 0xff)
			return &t.vals[set*ways+uint64(i)], false
		}
		if rank := activity(w, stamp); rank < least {
			victim, least = i, rank
		}
	}
	line[victim] = want<<tagShift | stamp<<stampShift | 1
	return &t.vals[set*ways+uint64(victim)], true
}

// activity ranks a way: how often, halved by idleness; younger wins a tie.
func activity(w, stamp uint64) uint32 {
	if w == 0 {
		return 0
	}
	age := uint32(uint16(stamp - w>>stampShift))
	return (uint32(w&0xff)<<16)>>min(age/idleHalf, 23) + 0xffff - age
}

// reset forgets all keys. Records keep their content until claimed.
func (t *table[T]) reset() { clear(t.tags) }

// used says that record i belongs to a key.
func (t *table[T]) used(i int) bool { return t.tags[i/ways][i%ways] != 0 }
