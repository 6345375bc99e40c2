package dpdk

import "testing"

func TestBurstsAllocateNothing(t *testing.T) {
	lock(t)
	pool := newPool(t, 2047, 2048)
	null, _ := startPort(t, "net_null0", PortConfig{Pools: []*Pool{pool}})
	q := NewQueue(null, 0)
	var b Burst
	var m [8]Mbuf
	var addr [8]uintptr
	var lens [8]uint32
	for name, f := range map[string]func(){
		"rx, tx":      func() { q.RxBurst(&b); q.TxBurst(b.Handles()) },
		"rx, free":    func() { q.RxBurst(&b); FreeBurst(b.Handles()) },
		"rx, tx free": func() { q.RxBurst(&b); q.TxFree(b.Mbuf[:32], b.Mbuf[32:b.N]) },
		"alloc":       func() { pool.AllocBurst(m[:], addr[:]); SetLens(m[:], lens[:]); FreeBurst(m[:]) },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if b.N != BurstSize && name != "alloc" {
			t.Errorf("%s: burst of %d", name, b.N)
		}
	}
}

// Housekeeping reads links and counters several times a second, for as long as
// the engine lives.
func TestPortReadingsAllocateNothing(t *testing.T) {
	pool := newPool(t, 2047, 2048)
	null, _ := startPort(t, "net_null0", PortConfig{Pools: []*Pool{pool}})
	for name, f := range map[string]func(){
		"link":  func() { null.Link() },
		"stats": func() { null.Stats() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func benchmarkNull(b *testing.B) {
	pool := newPool(b, 4095, 2048)
	null, _ := startPort(b, "net_null0", PortConfig{Pools: []*Pool{pool}})
	q := NewQueue(null, 0)
	var burst Burst
	var sum byte
	b.ResetTimer()
	for i := 0; i < b.N; i += BurstSize {
		n := q.RxBurst(&burst)
		for k := range n {
			sum += *(&burst.Bytes(k)[12])
		}
		q.TxBurst(burst.Mbuf[:n])
	}
	_ = sum
}

// One operation is one packet.
func BenchmarkNullRegistered(b *testing.B)   { lock(b); benchmarkNull(b) }
func BenchmarkNullUnregistered(b *testing.B) { benchmarkNull(b) }
