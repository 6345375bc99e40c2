package hyperscan

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkScanBatch scans 64 buffers in one crossing; ns/op is for all 64.
func BenchmarkScanBatch(b *testing.B) {
	for _, patterns := range []int{8, 2000} {
		for _, size := range []int{20, 300} {
			b.Run(fmt.Sprintf("patterns=%d/octets=%d", patterns, size), func(b *testing.B) {
				r := rand.New(rand.NewPCG(3, 4))
				text := func(n int) string {
					t := make([]byte, n)
					for i := range t {
						t[i] = byte('a' + r.IntN(26))
					}
					return string(t)
				}
				lits := make([]Literal, patterns)
				for i := range lits {
					lits[i] = Literal{ID: uint32(i), Data: []byte(text(6 + r.IntN(8))), SingleMatch: true}
				}
				db, s := mustLiterals(b, lits...)
				jobs := make([]Job, 64)
				for i := range jobs {
					jobs[i] = job(b, db, text(size), uint32(i))
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
