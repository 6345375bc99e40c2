package sketch

import (
	"math"
	"math/rand/v2"
	"testing"
)

// testSeed makes a reproducible seed; the bounds must hold for nearly all.
func testSeed(n byte) Seed {
	var b [32]byte
	for i := range b {
		b[i] = n*31 + byte(i)*7
	}
	return SeedFrom(b)
}

func arena(n int) *Arena { return NewArena(make([]byte, n)) }

// zipf gives n draws over keys, skewed as traffic by source is.
func zipf(seed uint64, n int, keys uint64) []uint64 {
	z := rand.NewZipf(rand.New(rand.NewPCG(seed, 1)), 1.1, 1, keys-1)
	out := make([]uint64, n)
	for i := range out {
		out[i] = z.Uint64()
	}
	return out
}

func count(stream []uint64) map[uint64]uint64 {
	m := map[uint64]uint64{}
	for _, k := range stream {
		m[k]++
	}
	return m
}

func newCM(t *testing.T, s *Seed, w int) CountMin {
	t.Helper()
	c, err := NewCountMin(arena(CountMinSize(w)+Align), s, w)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCountMinBoundsOnZipf(t *testing.T) {
	stream := zipf(1, 400_000, 1<<20)
	exact := count(stream)
	for seed := range byte(4) {
		s := testSeed(seed)
		cu, plain := newCM(t, &s, 2048), newCM(t, &s, 2048)
		for _, k := range stream {
			cu.Add(s.Sum(k, 0, 0), 1)
			plain.AddPlain(s.Sum(k, 0, 0), 1)
		}
		bad, badPlain := 0, 0
		for k, n := range exact {
			h := s.Sum(k, 0, 0)
			e, p := uint64(cu.Estimate(h)), uint64(plain.Estimate(h))
			if e < n || p < n {
				t.Fatalf("key %d: estimates %d and %d below the true %d", k, e, p, n)
			}
			if e > p {
				t.Fatalf("key %d: conservative %d above plain %d", k, e, p)
			}
			if float64(e-n) > cu.ErrorBound() {
				bad++
			}
			if float64(p-n) > cu.ErrorBound() {
				badPlain++
			}
		}
		limit := int(math.Exp(-Rows) * float64(len(exact)))
		if bad > limit || badPlain > limit {
			t.Errorf("seed %d: %d and %d of %d keys beyond the bound, %d allowed", seed, bad, badPlain, len(exact), limit)
		}
	}
}

func TestCountMinMergeIsUnion(t *testing.T) {
	s := testSeed(1)
	stream := zipf(2, 100_000, 1<<16)
	whole, parts := newCM(t, &s, 1024), [4]CountMin{}
	for i := range parts {
		parts[i] = newCM(t, &s, 1024)
	}
	cu := [2]CountMin{newCM(t, &s, 1024), newCM(t, &s, 1024)}
	for i, k := range stream {
		h := s.Sum(k, 0, 0)
		whole.AddPlain(h, 1)
		parts[i%4].AddPlain(h, 1)
		cu[i%2].Add(h, 1)
	}
	for i := 1; i < 4; i++ {
		if err := parts[0].Merge(&parts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := cu[0].Merge(&cu[1]); err != nil {
		t.Fatal(err)
	}
	for k, n := range count(stream) {
		h := s.Sum(k, 0, 0)
		if parts[0].Estimate(h) != whole.Estimate(h) {
			t.Fatalf("key %d: merged %d, union %d", k, parts[0].Estimate(h), whole.Estimate(h))
		}
		if e := cu[0].Estimate(h); uint64(e) < n || e > whole.Estimate(h) {
			t.Fatalf("key %d: conservative merge %d outside [%d, %d]", k, e, n, whole.Estimate(h))
		}
	}
	if parts[0].Total() != whole.Total() {
		t.Errorf("total %d, want %d", parts[0].Total(), whole.Total())
	}
	other := testSeed(9)
	if foreign := newCM(t, &other, 1024); parts[0].Merge(&foreign) == nil {
		t.Error("sketches of different seeds merged")
	}
}

// TestCountMinKeyFlood: distinct keys only, of every shape an attacker
// chooses without the seed; the bound of an innocent key must hold.
func TestCountMinKeyFlood(t *testing.T) {
	const flood, w = 1_000_000, 4096
	shapes := map[string]func(i uint64) (uint64, uint64){
		"sequential":     func(i uint64) (uint64, uint64) { return i, 0 },
		"big-endian":     func(i uint64) (uint64, uint64) { return i << 40, 0 },
		"high word only": func(i uint64) (uint64, uint64) { return 0, i << 32 },
		"both words":     func(i uint64) (uint64, uint64) { return i, ^i },
		"multiples":      func(i uint64) (uint64, uint64) { return i * w, i * w },
	}
	for name, shape := range shapes {
		s := NewSeed()
		c := newCM(t, &s, w)
		for i := range uint64(flood) {
			a, b := shape(i + 1)
			c.Add(s.Sum(a, b, 0), 1)
		}
		bad := 0
		const probes = 4000
		for i := range uint64(probes) {
			if float64(c.Estimate(s.Sum(i, 0xabcdef, 1))) > c.ErrorBound() {
				bad++
			}
		}
		// e^-4 of 4000 is 73; five deviations more.
		if bad > 73+45 {
			t.Errorf("%s: %d of %d innocent keys beyond the bound", name, bad, probes)
		}
	}
}

func TestCountMinSaturates(t *testing.T) {
	s := testSeed(1)
	c := newCM(t, &s, 16)
	h := s.Sum(1, 2, 3)
	c.Add(h, math.MaxUint32-1)
	if got := c.Add(h, 5); got != math.MaxUint32 {
		t.Errorf("estimate %d after overflow", got)
	}
}

func TestHyperLogLog(t *testing.T) {
	for _, n := range []int{0, 1, 10, 500, 5_000, 100_000, 1_000_000} {
		bad := 0
		const runs = 10
		for run := range byte(runs) {
			s := testSeed(run)
			l, _ := NewHyperLogLog(arena(8192), &s, 11)
			for i := range n {
				l.Add(s.Sum(uint64(i), 7, 0))
				l.Add(s.Sum(uint64(i), 7, 0))
			}
			if math.Abs(l.Estimate()-float64(n)) > 3*l.StdError()*float64(n) {
				bad++
			}
		}
		if bad > 1 {
			t.Errorf("%d keys: %d of %d runs beyond three standard errors", n, bad, runs)
		}
	}
}

func TestHyperLogLogMergeIsUnion(t *testing.T) {
	s := testSeed(3)
	mk := func() HyperLogLog { l, _ := NewHyperLogLog(arena(8192), &s, 10); return l }
	a, b, u := mk(), mk(), mk()
	for i := range uint64(20_000) {
		h := s.Sum(i, 0, 0)
		u.Add(h)
		if i%3 == 0 {
			a.Add(h)
		} else {
			b.Add(h)
		}
	}
	if err := a.Merge(&b); err != nil || a.Estimate() != u.Estimate() {
		t.Errorf("merged %v, union %v, %v", a.Estimate(), u.Estimate(), err)
	}
}

func TestLinear(t *testing.T) {
	for _, n := range []int{0, 1, 10, 25, 100, 300, 600} {
		bad := 0
		for run := range byte(50) {
			s := testSeed(run)
			var l, half, other Linear
			for i := range n {
				h := s.Sum(uint64(i), 1, 0).Lo
				l.Add(h)
				if i%2 == 0 {
					half.Add(h)
				} else {
					other.Add(h)
				}
			}
			if half.Merge(&other); half != l {
				t.Fatal("merge is not the union")
			}
			if math.Abs(float64(l.Estimate())-float64(n)) > 3*LinearError(uint32(n))+1 {
				bad++
			}
		}
		if bad > 2 {
			t.Errorf("%d keys: %d of 50 runs beyond three standard errors", n, bad)
		}
	}
}

func TestBloom(t *testing.T) {
	s := testSeed(4)
	b, _ := NewBloom(arena(64*1024+Align), &s, 1024) // 524,288 bits
	const n = 32_768                                 // 16 bits a key
	for i := range uint64(n) {
		b.Add(s.Sum(i, 0, 0))
	}
	fp := 0
	for i := range uint64(n) {
		if !b.Has(s.Sum(i, 0, 0)) {
			t.Fatalf("key %d forgotten", i)
		}
		if b.Has(s.Sum(i, 1, 0)) {
			fp++
		}
	}
	if rate := float64(fp) / n; rate > 1.3*b.FalsePositiveRate(n) || rate > 0.006 {
		t.Errorf("false positives %.4f, expected %.4f", rate, b.FalsePositiveRate(n))
	}
}
