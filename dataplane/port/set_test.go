package port

import (
	"bytes"
	"strings"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// TestForward opens a pair over two net_ring ports, each of which receives what
// is sent to it, and forwards between them as a worker does.
func TestForward(t *testing.T) {
	hw, err := ProbeHardware(true)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(Config{
		Pairs: []PairConfig{{Name: "ring", Inside: "net_ring0", Outside: "net_ring1", LinkPropagation: true}},
		CPUs:  []int{0}, Held: 64, Cache: 64,
	}, hw)
	if err != nil {
		t.Fatal(err)
	}
	set, err := Open(plan)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			set.Close()
		}
	}()
	in := set.Inputs(0)
	if len(in) != 2 || !in[0].Port.Inside || in[0].Port.Peer != in[1].Port || in[1].Port.Peer != in[0].Port || !set.Symmetric {
		t.Fatalf("%+v", in)
	}
	pool := set.Pools[0]
	free := pool.Available()

	// Ten frames onto the inside port; the worker sends seven on.
	m, addr, lens := make([]dpdk.Mbuf, 10), make([]uintptr, 10), make([]uint32, 10)
	if pool.AllocBurst(m, addr) != 10 {
		t.Fatal("alloc")
	}
	for i := range m {
		lens[i] = uint32(copy(dpdk.Bytes(addr[i], 100), frame(i)))
	}
	dpdk.SetLens(m, lens)
	set.Output(0, in[0].Port).TxFree(m, nil)
	var b dpdk.Burst
	if n := in[0].Queue.RxBurst(&b); n != 10 {
		t.Fatalf("received %d", n)
	}
	if sent := set.Output(0, in[0].Port.Peer).TxFree(b.Mbuf[:7], b.Mbuf[7:10]); sent != 7 {
		t.Fatalf("sent %d", sent)
	}
	if n := in[1].Queue.RxBurst(&b); n != 7 || b.Port[0] != uint16(in[1].Port.ID) {
		t.Fatalf("the outside received %d", n)
	}
	for i := range 7 {
		if !bytes.Equal(b.Bytes(i), frame(i)) {
			t.Errorf("packet %d: % x", i, b.Bytes(i))
		}
	}
	dpdk.FreeBurst(b.Handles())
	if got := pool.Available(); got != free {
		t.Errorf("%d mbufs of %d are back", got, free)
	}

	// The loss of the inside link reaches the outside, and its return too.
	ends := [2]dpdk.PortID{in[0].Port.ID, in[1].Port.ID}
	up := func(id dpdk.PortID) bool { l, _ := id.Link(); return l.Up }
	set.SyncLinks(0)
	if err := ends[0].SetLink(false); err != nil {
		t.Fatal(err)
	}
	if set.SyncLinks(2 * linkSettle); up(ends[1]) {
		t.Error("the outside link is still up")
	}
	if err := ends[0].SetLink(true); err != nil {
		t.Fatal(err)
	}
	if set.SyncLinks(3 * linkSettle); !up(ends[1]) {
		t.Error("the outside link did not come back")
	}
	closed = true
	if err := set.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenFails(t *testing.T) {
	plan, err := NewPlan(Config{Pairs: []PairConfig{inline("x", "net_none0", "net_none1")}, CPUs: []int{0}, Held: 64, Cache: 64}, Hardware{Node: map[int]int{0: 0}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second shows that the first left no pool behind
		if _, err := Open(plan); err == nil || !strings.Contains(err.Error(), "net_none0") {
			t.Error(err)
		}
	}
}
