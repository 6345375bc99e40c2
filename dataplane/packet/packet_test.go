package packet

import (
	"testing"

	"github.com/weir-ips/weir/event"
)

func TestRaiseReachesTheCarriers(t *testing.T) {
	var outer, mid, in Packet
	in.Carrier, mid.Carrier = &mid, &outer
	in.Raise(Reject, event.ReasonRules)
	if in.Verdict != Reject || in.Reason != event.ReasonRules {
		t.Errorf("inner: %v %v", in.Verdict, in.Reason)
	}
	for _, p := range []*Packet{&mid, &outer} {
		if p.Verdict != Drop || p.Reason != event.ReasonInnerPacket {
			t.Errorf("carrier: %v %v", p.Verdict, p.Reason)
		}
	}
	in.Raise(Drop, event.ReasonAnomaly)
	if in.Verdict != Reject || in.Reason != event.ReasonRules {
		t.Error("a weaker verdict won")
	}
	if in.Root() != &outer || outer.Root() != &outer {
		t.Error("root is not the packet of the wire")
	}
}

func TestPoolIsBounded(t *testing.T) {
	var p Pool
	seen := map[*Packet]bool{}
	for range PoolSize {
		q := p.Get()
		if q == nil || seen[q] {
			t.Fatal("none, or one twice")
		}
		seen[q] = true
	}
	if p.Get() != nil || p.Exhausted != 1 {
		t.Fatal("an empty pool gave a packet")
	}
	p.Release(PoolSize - 1)
	q := p.Get()
	p.Undo(q)
	if p.Used() != PoolSize-1 || p.Get() != q {
		t.Fatal("undo did not give the packet back")
	}
	p.Reset()
	if p.Used() != 0 {
		t.Fatal("reset left packets out")
	}
}
