package defrag

import "testing"

// ids are identifications between two hosts that share a bucket of a table with
// another seed.
func ids(t *Table, seed uint64, n int) []key {
	other := &Table{}
	other.seedHash(seed)
	mask := uint32(len(t.buckets.Rec) - 1)
	out := make([]key, 0, n)
	k := key{src: [16]byte{10, 0, 0, 1}, dst: [16]byte{192, 0, 2, 1}, version: 6, proto: 17}
	for ; len(out) < n; k.id++ {
		if other.hash(&k)&mask == 1 {
			out = append(out, k)
		}
	}
	return out
}

// fullest is the most of the keys that one bucket has.
func (t *Table) fullest(keys []key) int {
	mask := uint32(len(t.buckets.Rec) - 1)
	have := map[uint32]int{}
	most := 0
	for i := range keys {
		b := t.hash(&keys[i]) & mask
		have[b]++
		most = max(most, have[b])
	}
	return most
}

// Identifications made to collide collide under a seed that is not the table's.
func TestSeedSpreadsIdentifications(t *testing.T) {
	c := smallConfig(BSD)
	c.Trackers, c.Seed = 2047, 7
	tb := newBench(t, c).t
	if n := tb.fullest(ids(tb, 8, 1024)); n > 12 {
		t.Errorf("a bucket of %d datagrams", n)
	}
	// With the seed known it would be otherwise: the test can fail.
	if n := tb.fullest(ids(tb, 7, 1024)); n != 1024 {
		t.Errorf("identifications made for the seed share a bucket %d times", n)
	}
}

func benchmarkHash(b *testing.B, seed uint64) {
	c := smallConfig(BSD)
	c.Trackers, c.Seed = 2047, 7
	tb := newBench(b, c).t
	keys := ids(tb, seed, 1024)
	for i := range keys {
		if n := tb.trackers.Get(); n != 0 {
			at := &tb.buckets.Rec[tb.hash(&keys[i])&uint32(len(tb.buckets.Rec)-1)]
			*tb.trackers.At(n) = tracker{key: keys[i], chain: *at}
			*at = n
		}
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		k := &keys[n%len(keys)]
		tb.find(k, tb.hash(k)&uint32(len(tb.buckets.Rec)-1))
	}
}

// What a flood of identifications costs that share a bucket under another seed,
// and, to see the difference, under the table's own.
func BenchmarkFloodOtherSeed(b *testing.B) { benchmarkHash(b, 8) }
func BenchmarkFloodOwnSeed(b *testing.B)   { benchmarkHash(b, 7) }
