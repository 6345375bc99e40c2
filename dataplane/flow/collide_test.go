package flow

import (
	"math/rand"
	"testing"
)

// colliding makes keys that share one bucket of a table with another seed: what
// somebody can prepare who knows the hash and not the seed.
func colliding(t *Table, seed uint64, n int) []Key {
	r := rand.New(rand.NewSource(5))
	out := make([]Key, 0, n)
	for len(out) < n {
		k := key(r.Int())
		k.SrcPort, k.DstPort = uint16(r.Int()), uint16(r.Int())
		if k.Hash(seed)&t.mask == 1 {
			out = append(out, k)
		}
	}
	return out
}

func randomKeys(n int) []Key {
	r := rand.New(rand.NewSource(9))
	out := make([]Key, n)
	for i := range out {
		out[i] = key(r.Int())
		out[i].SrcPort, out[i].DstPort = uint16(r.Int()), uint16(r.Int())
	}
	return out
}

const collisions = 2048

// longest is the most buckets that a lookup of one of the keys walks through.
func (t *Table) longest(keys []Key) int {
	most := 0
	for i := range keys {
		n := 1
		for b := &t.buckets.Rec[keys[i].Hash(t.cfg.Seed)&t.mask]; b.next != 0; b = t.over.At(b.next) {
			n++
		}
		most = max(most, n)
	}
	return most
}

// Tuples made to collide cost as little as others, since they collide under a
// seed that is not the table's.
func TestSeedKeepsChainsShort(t *testing.T) {
	tab := mustTable(t, 4*collisions)
	keys := colliding(tab, tab.cfg.Seed+1, collisions)
	for i := range keys {
		tab.Insert(&keys[i], tab.Hash(&keys[i]), 0)
	}
	if n := tab.longest(keys); n > 4 {
		t.Errorf("a chain of %d buckets", n)
	}
	// With the seed known it would be otherwise: the test can fail.
	worst := mustTable(t, 4*collisions)
	keys = colliding(worst, worst.cfg.Seed, collisions)
	for i := range keys {
		worst.Insert(&keys[i], worst.Hash(&keys[i]), 0)
	}
	if n := worst.longest(keys); n < collisions/bucketSlots {
		t.Errorf("keys made for the seed make chains of %d buckets only", n)
	}
}

func benchmarkKeys(b *testing.B, keys []Key, tab *Table) {
	for i := range keys {
		tab.Insert(&keys[i], tab.Hash(&keys[i]), 0)
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		k := &keys[n%len(keys)]
		tab.Find(k, tab.Hash(k))
	}
}

func BenchmarkRandomTuples(b *testing.B) {
	benchmarkKeys(b, randomKeys(collisions), mustTable(b, 4*collisions))
}

func BenchmarkCollidingTuples(b *testing.B) {
	tab := mustTable(b, 4*collisions)
	benchmarkKeys(b, colliding(tab, tab.cfg.Seed+1, collisions), tab)
}
