package port

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// toeplitz is the hash as its definition has it, bit by bit.
func toeplitz(in []byte) uint32 {
	key := dpdk.SymmetricKey(len(in) + 4)
	var h uint32
	for i := range len(in) * 8 {
		if in[i/8]&(0x80>>(i%8)) == 0 {
			continue
		}
		for b := range 32 {
			k := i + b
			if key[k/8]&(0x80>>(k%8)) != 0 {
				h ^= 1 << (31 - b)
			}
		}
	}
	return h
}

func TestFlowHashIsToeplitz(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var src, dst [16]byte
		for i := range src {
			src[i], dst[i] = byte(rng.Uint32()), byte(rng.Uint32())
		}
		sport, dport := uint16(rng.Uint32()), uint16(rng.Uint32())
		ports := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, sport), dport)
		six := append(append(append([]byte{}, src[:]...), dst[:]...), ports...)
		if got, want := FlowHash(&src, &dst, sport, dport), toeplitz(six); got != want {
			t.Fatalf("IPv6: %08x, want %08x", got, want)
		}
		if FlowHash(&src, &dst, sport, dport) != FlowHash(&dst, &src, dport, sport) {
			t.Fatal("not symmetric")
		}
		var s4, d4 [16]byte
		copy(s4[:], src[:4])
		copy(d4[:], dst[:4])
		four := append(append(append([]byte{}, src[:4]...), dst[:4]...), ports...)
		if got, want := FlowHash(&s4, &d4, sport, dport), toeplitz(four); got != want {
			t.Fatalf("IPv4: %08x, want %08x", got, want)
		}
	}
}

func TestRingOrder(t *testing.T) {
	r, err := NewRing[Steered](128)
	if err != nil {
		t.Fatal(err)
	}
	const total = 200000
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; i < total; {
			if r.Push(&Steered{Mbuf: dpdk.Mbuf(i + 1), TimeUS: int64(i), Num: uint64(i), Done: uint8(i)}) {
				i++
			}
		}
	}()
	var b [dpdk.BurstSize]Steered
	for next := 0; next < total; {
		n := r.Take(b[:])
		for i := range n {
			if s := &b[i]; s.Mbuf != dpdk.Mbuf(next+1) || s.TimeUS != int64(next) || s.Num != uint64(next) || s.Done != uint8(next) {
				t.Fatalf("packet %d: %+v", next, s)
			}
			next++
		}
		r.Release(n)
	}
	wg.Wait()
	if r.Len() != 0 {
		t.Errorf("%d left", r.Len())
	}
}

func TestRingFull(t *testing.T) {
	r, _ := NewRing[Steered](4)
	for i := range 6 {
		if room, got := r.Room(1), r.Push(&Steered{}); got != (i < 4) || room != got {
			t.Errorf("push %d: %v", i, got)
		}
	}
	var b [dpdk.BurstSize]Steered
	if n := r.Take(b[:]); n != 4 || r.Room(1) || r.Len() != 4 {
		t.Errorf("%d packets; their places are free while they are looked at", n)
	}
	r.Release(4)
	if !r.Room(4) || r.Room(5) || !r.Push(&Steered{}) {
		t.Error("released places are not free")
	}
	if n := testing.AllocsPerRun(100, func() { r.Push(&Steered{}); r.Release(r.Take(b[:])) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for _, size := range []int{0, 1, 3, 1 << 21} {
		if _, err := NewRing[Steered](size); err == nil {
			t.Errorf("ring of %d", size)
		}
	}
}

// Workers that pass packets on to each other, some of them several times, all come
// to an end, and none is left between them.
func TestQuiet(t *testing.T) {
	const workers, each, hops = 3, 20000, 4
	s, err := NewSteer(workers, 64, 0)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var ended [workers]int
	for me := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(me), 9))
			end := func(p *Steered) { ended[me]++ }
			next := func(p *Steered) {
				to := rng.IntN(workers)
				if p.Done++; p.Done > hops || to == me || !s.To(me, to).Push(p) {
					end(p)
				}
			}
			var b [dpdk.BurstSize]Steered
			rings := func() {
				for from := range workers {
					if r := s.To(from, me); r != nil {
						n := r.Take(b[:])
						for i := range n {
							next(&b[i])
						}
						r.Release(n)
					}
				}
			}
			for range each {
				next(&Steered{})
				rings()
			}
			for s.Rest(me); !s.Quiet(); {
				rings()
			}
		})
	}
	wg.Wait()
	if n := ended[0] + ended[1] + ended[2]; n != workers*each {
		t.Errorf("%d of %d packets ended", n, workers*each)
	}
}

func TestSteer(t *testing.T) {
	s, err := NewSteer(3, 64, 512)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[*Ring[Steered]]bool{}
	for from := range 3 {
		for to := range 3 {
			if r := s.To(from, to); (r == nil) != (from == to) || r != nil && seen[r] {
				t.Errorf("ring from %d to %d", from, to)
			} else {
				seen[r] = true
			}
		}
	}
	load := [3]int{}
	for i := range uint32(3000) {
		var src, dst [16]byte
		binary.BigEndian.PutUint32(src[:], 0x0a000000+i*7)
		load[s.Owner(FlowHash(&src, &dst, uint16(i), 443))]++
	}
	for w, n := range load {
		if n < 500 {
			t.Errorf("worker %d owns %d of 3000 flows", w, n)
		}
	}
}

// Owner is what a port's redirection table says, whatever its size.
func TestOwnerFollowsTheTable(t *testing.T) {
	for _, size := range []int{64, 128, 512} {
		s, err := NewSteer(3, 2, size)
		if err != nil {
			t.Fatal(err)
		}
		for h := range uint32(2000) {
			if got, want := s.Owner(h), int(h)%size%3; got != want {
				t.Fatalf("table of %d, hash %d: worker %d, want %d", size, h, got, want)
			}
		}
	}
	for _, bad := range []int{-1, 3, 100, 1 << 17} {
		if _, err := NewSteer(3, 2, bad); err == nil {
			t.Errorf("table of %d entries", bad)
		}
	}
}
