package sketch

import "testing"

var benchStream = zipf(1, 1<<16, 1<<20)

func BenchmarkHash(b *testing.B) {
	s := testSeed(1)
	var sum uint64
	for i := 0; b.Loop(); i++ {
		sum += s.Sum(uint64(i), 0, 0).Hi
	}
	_ = sum
}

func BenchmarkCountMinAdd(b *testing.B) {
	for name, distinct := range map[string]bool{"zipf": false, "flood": true} {
		b.Run(name, func(b *testing.B) {
			s := testSeed(1)
			c, _ := NewCountMin(arena(CountMinSize(16384)+Align), &s, 16384)
			for i := 0; b.Loop(); i++ {
				k := uint64(i)
				if !distinct {
					k = benchStream[i&(1<<16-1)]
				}
				c.Add(s.Sum(k, 0, 0), 1)
			}
		})
	}
}

func BenchmarkHyperLogLogAdd(b *testing.B) {
	s := testSeed(1)
	l, _ := NewHyperLogLog(arena(8192), &s, 12)
	for i := 0; b.Loop(); i++ {
		l.Add(s.Sum(uint64(i), 0, 0))
	}
}

func BenchmarkBloom(b *testing.B) {
	s := testSeed(1)
	f, _ := NewBloom(arena(1<<18), &s, 2048)
	for i := 0; b.Loop(); i++ {
		h := s.Sum(uint64(i), 0, 0)
		if !f.Has(h) {
			f.Add(h)
		}
	}
}

func BenchmarkEntropyAdd(b *testing.B) {
	s := testSeed(1)
	e, _ := NewEntropy(arena(8192), &s, 1024)
	for i := 0; b.Loop(); i++ {
		e.Add(s.Sum(uint64(i), 0, 0))
	}
}

func BenchmarkSpaceSavingAdd(b *testing.B) {
	for name, distinct := range map[string]bool{"zipf": false, "flood": true} {
		b.Run(name, func(b *testing.B) {
			s := testSeed(1)
			x := newSS(&s, 64)
			for i := 0; b.Loop(); i++ {
				k := uint64(i)
				if !distinct {
					k = benchStream[i&(1<<16-1)]
				}
				x.Add(s.Sum(k, 0, 0), Key{A: k}, 1)
			}
		})
	}
}
