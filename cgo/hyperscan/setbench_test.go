package hyperscan

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkSetBatch is BenchmarkScanBatch for sets.
func BenchmarkSetBatch(b *testing.B) {
	for _, patterns := range []int{8, 600, 2000} {
		for _, size := range []int{20, 300, 1400} {
			b.Run(fmt.Sprintf("patterns=%d/octets=%d", patterns, size), func(b *testing.B) {
				r := rand.New(rand.NewPCG(3, 4))
				text := func(n int) string {
					t := make([]byte, n)
					for i := range t {
						t[i] = byte('a' + r.IntN(26))
					}
					return string(t)
				}
				lits := make([]SetLiteral, patterns)
				for i := range lits {
					lits[i] = SetLiteral{ID: uint32(i), Data: []byte(text(8 + r.IntN(8)))}
				}
				set, s := mustSet(b, lits, false)
				jobs := make([]Job, 64)
				for i := range jobs {
					t := text(size)
					jobs[i] = Job{DB: set.Handle(), Data: offHeap(b, t, t, false), Len: uint32(size), Tag: uint32(i)}
				}
				hits := make([]Hit, 256)
				b.ReportAllocs()
				b.SetBytes(int64(64 * size))
				for b.Loop() {
					s.Scan(jobs, hits)
				}
			})
		}
	}
}
