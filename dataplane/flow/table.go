package flow

import (
	"math/bits"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const bucketSlots = 8

// bucket is one cache line: eight 16-bit tags, eight slots, and the next bucket
// of the chain (an index into the overflow buckets, 0: none).
type bucket struct {
	tags [bucketSlots]uint16
	slot [bucketSlots]uint32
	next uint32
	_    [3]uint32
}

// Table maps tuples to records.
type Table struct {
	cfg     Config
	buckets *slab.Array[bucket]
	over    *slab.Slab[bucket]
	recs    *slab.Slab[Record]
	mask    uint64
	seq     uint32
	hand    uint32 // next slot that Expired looks at
	patience
	limit int // records in use that switch emergency mode on
	emerg bool
}

// New maps a table for cfg.Flows flows. Memory is touched when flows come.
func New(cfg Config) (*Table, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	nb := 1 << bits.Len(uint(max(cfg.Flows/4, 16)-1))
	t := &Table{cfg: cfg, mask: uint64(nb - 1), limit: cfg.Flows * cfg.EmergencyPercent / 100, patience: newPatience(&cfg)}
	var err error
	if t.buckets, err = slab.NewArray[bucket](nb); err != nil {
		return nil, err
	}
	// Chains are bounded by the number of records: in the worst case, all in
	// one chain, every eight records need one more bucket.
	if t.over, err = slab.NewSlab[bucket](cfg.Flows/bucketSlots + 1); err != nil {
		t.Close()
		return nil, err
	}
	if t.recs, err = slab.NewSlab[Record](cfg.Flows); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Warm takes the memory of all buckets and of the first n records from the
// system, so that no packet waits for it.
func (t *Table) Warm(n int) {
	t.buckets.Warm(-1)
	t.recs.Warm(min(n, t.recs.Cap()))
}

// Hash of a key with the table's seed.
func (t *Table) Hash(k *Key) uint64 { return k.Hash(t.cfg.Seed) }

// tagOf is never 0: 0 marks a free entry.
func tagOf(hash uint64) uint16 { return uint16(hash>>48) | 1 }

// Find returns the slot of the flow that k belongs to and k's direction; slot 0
// when there is none.
func (t *Table) Find(k *Key, hash uint64) (uint32, input.Dir) {
	tag := tagOf(hash)
	b := &t.buckets.Rec[hash&t.mask]
	for {
		for i := range bucketSlots {
			if b.tags[i] != tag {
				continue
			}
			if d, ok := t.recs.At(b.slot[i]).match(k); ok {
				return b.slot[i], d
			}
		}
		if b.next == 0 {
			return 0, input.DirUnknown
		}
		b = t.over.At(b.next)
	}
}

// Insert makes a record for k, which must not be there. Slot 0 means that the
// table is full: the caller's exception policy decides. The record is zero but
// for the key and StartUS.
func (t *Table) Insert(k *Key, hash uint64, timeUS int64) uint32 {
	bi := uint32(hash & t.mask)
	b := &t.buckets.Rec[bi]
	at := -1
	for at < 0 {
		for i := range bucketSlots {
			if b.tags[i] == 0 {
				at = i
				break
			}
		}
		if at >= 0 {
			break
		}
		if b.next == 0 {
			n := t.over.Get()
			if n == 0 {
				return 0
			}
			*t.over.At(n) = bucket{}
			b.next = n
		}
		b = t.over.At(b.next)
	}
	slot := t.recs.Get()
	if slot == 0 {
		return 0
	}
	b.tags[at], b.slot[at] = tagOf(hash), slot
	t.seq++
	r := t.recs.At(slot)
	*r = Record{
		Src: k.Src, Dst: k.Dst, SrcPort: k.SrcPort, DstPort: k.DstPort,
		Proto: k.Proto, IPVersion: k.IPVersion, Pair: k.Pair, VLAN: [2]uint16(k.VLAN[:2]), VLAN3: k.VLAN[2], Depth: k.Depth,
		StartUS: timeUS, LastUS: timeUS, Seq: t.seq, tag: tagOf(hash), bucket: bi,
	}
	if !t.emerg && t.recs.Used() >= t.limit {
		t.emerg = true
	}
	return slot
}

// Remove forgets a flow. The caller has released what the record's handles lead
// to.
func (t *Table) Remove(slot uint32) {
	r := t.recs.At(slot)
	if r.Proto == 0 && r.IPVersion == 0 {
		return
	}
	first := &t.buckets.Rec[r.bucket]
	b, prev := first, (*bucket)(nil)
	for {
		for i := range bucketSlots {
			if b.tags[i] != 0 && b.slot[i] == slot {
				b.tags[i] = 0
				t.unchain(prev, b)
				r.IPVersion, r.Proto = 0, 0
				t.recs.Put(slot)
				if t.emerg && t.recs.Used() < t.limit-t.cfg.Flows/10 {
					t.emerg = false
				}
				return
			}
		}
		if b.next == 0 {
			return
		}
		prev, b = b, t.over.At(b.next)
	}
}

// unchain gives an overflow bucket back when it became empty.
func (t *Table) unchain(prev, b *bucket) {
	if prev == nil {
		return
	}
	for _, tag := range b.tags {
		if tag != 0 {
			return
		}
	}
	n := prev.next
	prev.next = b.next
	t.over.Put(n)
}

// At is the record of a slot.
func (t *Table) At(slot uint32) *Record { return t.recs.At(slot) }

// ID is the flow_id of a slot: unique while the worker runs.
func (t *Table) ID(slot uint32) uint64 {
	return uint64(t.recs.At(slot).Seq)<<32 | uint64(slot)
}

// Len counts the flows in the table.
func (t *Table) Len() int { return t.recs.Used() }

// Emergency reports whether the shorter timeouts hold.
func (t *Table) Emergency() bool { return t.emerg }

// Bytes is what the table occupies when full.
func (t *Table) Bytes() int { return t.buckets.Bytes() + t.over.Bytes() + t.recs.Bytes() }

// High is one past the highest slot ever used; with At and Live it walks all.
func (t *Table) High() uint32 { return t.recs.High() }

// Live reports whether a slot holds a flow.
func (t *Table) Live(slot uint32) bool { return t.recs.At(slot).IPVersion != 0 }

// Close unmaps the table.
func (t *Table) Close() {
	if t.buckets != nil {
		t.buckets.Close()
	}
	if t.over != nil {
		t.over.Close()
	}
	if t.recs != nil {
		t.recs.Close()
	}
}
