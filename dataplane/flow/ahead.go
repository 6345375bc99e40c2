package flow

import (
	"math/bits"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// MaxAhead is the most packets that are looked up ahead at a time.
const MaxAhead = 64

// Ahead holds what a burst's hashes most likely lead to. Its lines are fetched
// all at once: a table of a million flows lies in no cache, and sixty-four misses
// that overlap cost little more than one.
type Ahead struct {
	// Slots are the flows that Find will most likely return, 0 where none is near.
	Slots [MaxAhead]uint32
	lines slab.Lines
}

// recordOctets are the two lines of a record.
const recordOctets = 128

// LookAhead fetches the buckets of n hashes, then the records that they lead to.
func (t *Table) LookAhead(a *Ahead, hashes []uint64) {
	hashes = hashes[:min(len(hashes), MaxAhead)]
	for _, h := range hashes {
		slab.Add(&a.lines, &t.buckets.Rec[h&t.mask], 1)
	}
	a.lines.Fetch()
	for i, h := range hashes {
		b := &t.buckets.Rec[h&t.mask]
		a.Slots[i] = 0
		if k := b.index(tagOf(h)); k < bucketSlots {
			slot := b.slot[k]
			a.Slots[i] = slot
			slab.Add(&a.lines, t.recs.At(slot), recordOctets)
		}
	}
	a.lines.Fetch()
}

// index is the first place of a tag in a bucket, bucketSlots when it has none:
// four tags at a time, without a branch for each.
func (b *bucket) index(tag uint16) int {
	const ones, tops = 0x0001_0001_0001_0001, 0x8000_8000_8000_8000
	want := uint64(tag) * ones
	for half := range 2 {
		t := b.tags[4*half : 4*half+4 : 4*half+4]
		x := (uint64(t[0]) | uint64(t[1])<<16 | uint64(t[2])<<32 | uint64(t[3])<<48) ^ want
		if z := (x - ones) &^ x & tops; z != 0 {
			return 4*half + bits.TrailingZeros64(z)/16
		}
	}
	return bucketSlots
}

// FindAt is Find where slot is what LookAhead found.
func (t *Table) FindAt(slot uint32, k *Key, hash uint64) (uint32, input.Dir) {
	if slot != 0 {
		r := t.recs.At(slot)
		if r.IPVersion != 0 && r.tag == tagOf(hash) {
			if d, ok := r.match(k); ok {
				return slot, d
			}
		}
	}
	return t.Find(k, hash)
}
