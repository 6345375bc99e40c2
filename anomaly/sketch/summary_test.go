package sketch

import (
	"math"
	"testing"
)

func newSS(s *Seed, k int) SpaceSaving {
	x, _ := NewSpaceSaving(arena(k*200+4096), s, k)
	return x
}

func checkSS(t *testing.T, x *SpaceSaving, exact map[uint64]uint64) {
	t.Helper()
	kept := map[uint64]bool{}
	for i := range x.Len() {
		c := x.At(i)
		n := exact[c.Key.A]
		kept[c.Key.A] = true
		if c.Count < n || c.Count-c.Error > n {
			t.Fatalf("key %d: true %d outside [%d, %d]", c.Key.A, n, c.Count-c.Error, c.Count)
		}
		if float64(c.Count-n) > x.ErrorBound() {
			t.Fatalf("key %d: %d for %d, beyond N/k = %v", c.Key.A, c.Count, n, x.ErrorBound())
		}
	}
	for k, n := range exact {
		if float64(n) > x.ErrorBound() && !kept[k] {
			t.Fatalf("key %d with %d of %d not kept", k, n, x.Total())
		}
	}
}

func TestSpaceSavingBounds(t *testing.T) {
	s := testSeed(1)
	stream := zipf(5, 200_000, 1<<18)
	x, a, b := newSS(&s, 100), newSS(&s, 100), newSS(&s, 100)
	for i, k := range stream {
		h := s.Sum(k, 0, 0)
		x.Add(h, Key{A: k}, 1)
		if i%2 == 0 {
			a.Add(h, Key{A: k}, 1)
		} else {
			b.Add(h, Key{A: k}, 1)
		}
	}
	exact := count(stream)
	checkSS(t, &x, exact)
	if err := a.Merge(&b); err != nil {
		t.Fatal(err)
	}
	checkSS(t, &a, exact)
	if top := x.Top(); top[0].Key.A != 0 || a.Top()[0].Key.A != 0 {
		t.Errorf("heaviest key is %d, want 0", top[0].Key.A)
	}
}

// TestSpaceSavingKeyFlood: millions of single keys cannot push out a heavy one
// nor break the index.
func TestSpaceSavingKeyFlood(t *testing.T) {
	s := testSeed(2)
	x := newSS(&s, 64)
	exact := map[uint64]uint64{}
	for i := range uint64(500_000) {
		k := i + 10
		if i%20 == 0 {
			k = 1
		}
		x.Add(s.Sum(k, 0, 0), Key{A: k}, 1)
		exact[k]++
	}
	checkSS(t, &x, exact)
}

func TestEntropyBounds(t *testing.T) {
	for _, n := range []int{1, 16, 200, 2000} {
		loss, bound := 0.0, 0.0
		const runs = 20
		for run := range byte(runs) {
			s := testSeed(run)
			e, _ := NewEntropy(arena(65536), &s, 1024)
			stream := zipf(uint64(run), 20_000, uint64(n))
			for _, k := range stream {
				e.Add(s.Sum(k, 0, 0))
			}
			h, total := 0.0, float64(len(stream))
			exact := count(stream)
			for _, c := range exact {
				h -= float64(c) / total * math.Log2(float64(c)/total)
			}
			if e.Bits() > h+1e-9 {
				t.Fatalf("%d keys: estimate %v above the true %v", n, e.Bits(), h)
			}
			loss += (h - e.Bits()) / runs
			bound += e.ErrorBound(float64(len(exact))) / runs
		}
		if loss > bound {
			t.Errorf("%d keys: mean loss %v bits, bound %v", n, loss, bound)
		}
	}
}

func TestEWMAError(t *testing.T) {
	var e EWMA
	x := uint64(88172645463325252)
	var sq float64
	const alpha, rounds = 1.0 / 16, 20_000
	for i := range rounds {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		e.Learn(100+float64(x%201)/10, alpha) // uniform 100..120, σ² = 33.7
		if i >= 200 {
			sq += (e.Mean - 110) * (e.Mean - 110) / (rounds - 200)
		}
	}
	if want := 33.7 * alpha / (2 - alpha); math.Abs(sq-want) > 0.25*want {
		t.Errorf("variance of the mean %v, want about %v", sq, want)
	}
}

// TestEWMAPoison: one huge window must not move the mean by more than its clip.
func TestEWMAPoison(t *testing.T) {
	var e EWMA
	for range 100 {
		e.Learn(100, 1.0/16)
	}
	e.Learn(1e12, 1.0/16)
	if e.Mean > 110 {
		t.Errorf("mean %v after one poisoned window", e.Mean)
	}
	e.Learn(math.NaN(), 0.5)
	e.Learn(math.Inf(1), 0.5)
	e.Learn(-1, 0.5)
	if e.N != 101 || math.IsNaN(e.Mean) {
		t.Errorf("learned nonsense: %+v", e)
	}
}

func TestSeasonalLearnsTheHour(t *testing.T) {
	var s Seasonal
	const hour = int64(3_600_000_000)
	load := func(h int64) float64 {
		if h%24 >= 8 && h%24 < 18 {
			return 1000
		}
		return 100
	}
	for h := range int64(168 * 8) {
		for w := range int64(6) {
			s.Learn(h*hour+w*hour/6, load(h), 1.0/256)
		}
	}
	day, _ := s.Expect((168*8 + 12) * hour)
	night, _ := s.Expect((168*8 + 2) * hour)
	if day < 700 || day > 1300 || night > 200 {
		t.Errorf("expects %v by day (1000) and %v by night (100)", day, night)
	}
}
