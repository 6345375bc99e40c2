package anomaly

import (
	"math/rand/v2"
	"testing"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// TestBlocksAgainstMap adds, removes and expires at random and compares with a
// map: backward shift must neither lose nor resurrect an entry.
func TestBlocksAgainstMap(t *testing.T) {
	seed := testSeed()
	b := newBlocks(sketch.NewArena(make([]byte, 1<<16)), 256)
	want := map[[17]byte]int64{}
	r := rand.New(rand.NewPCG(3, 4))
	for now := range int64(50_000) {
		addr, bits := mask(ip(r.Uint32N(300)<<8), 24), uint8(24)
		key := [17]byte(append(addr[:], bits))
		switch r.IntN(4) {
		case 0, 1:
			if b.add(&seed, addr, bits, 4, now+2000) {
				want[key] = now + 2000
			} else if len(want) < 192/2 && b.n < 192 {
				t.Fatal("refused though not full")
			}
		case 2:
			i := b.find(&seed, &addr, bits, 4)
			if i >= 0 {
				b.removeAt(&seed, i)
			}
			delete(want, key)
		default:
			b.expire(&seed, now)
		}
		probe := mask(ip(r.Uint32N(300)<<8), 24)
		until, ok := want[[17]byte(append(probe[:], 24))]
		if got := b.blocked(&seed, &probe, 4, now); got != (ok && now < until) {
			t.Fatalf("step %d: blocked %v, want %v", now, got, ok && now < until)
		}
	}
}
