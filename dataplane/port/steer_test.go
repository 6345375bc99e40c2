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
	r, err := NewRing(128)
	if err != nil {
		t.Fatal(err)
	}
	const total = 200000
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		var b dpdk.Burst
		for i := 0; i < total; {
			b.Mbuf[3], b.Timestamp[3], b.Len[3] = dpdk.Mbuf(i+1), int64(i), uint32(i)
			if r.Push(&b, 3) {
				i++
			}
		}
	}()
	var b dpdk.Burst
	for next := 0; next < total; {
		for i := range r.RxBurst(&b) {
			if b.Mbuf[i] != dpdk.Mbuf(next+1) || b.Timestamp[i] != int64(next) || b.Len[i] != uint32(next) {
				t.Fatalf("packet %d: handle %d at %d", next, b.Mbuf[i], b.Timestamp[i])
			}
			next++
		}
	}
	wg.Wait()
	if r.Len() != 0 {
		t.Errorf("%d left", r.Len())
	}
}

func TestRingFull(t *testing.T) {
	r, _ := NewRing(4)
	var b dpdk.Burst
	for i := range 6 {
		if got := r.Push(&b, 0); got != (i < 4) {
			t.Errorf("push %d: %v", i, got)
		}
	}
	if n := r.RxBurst(&b); n != 4 || !r.Push(&b, 0) {
		t.Errorf("%d packets", n)
	}
	b.Flags[0] = dpdk.FlagSpilled
	if r.Push(&b, 0) {
		t.Error("a spilled packet was handed over")
	}
	b.Flags[0] = 0
	if n := testing.AllocsPerRun(100, func() { r.Push(&b, 0); r.RxBurst(&b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for _, size := range []int{0, 1, 3, 1 << 21} {
		if _, err := NewRing(size); err == nil {
			t.Errorf("ring of %d", size)
		}
	}
}

func TestSteer(t *testing.T) {
	s, err := NewSteer(3, 64)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[*Ring]bool{}
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
