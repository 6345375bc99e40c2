package defrag

import (
	"bytes"
	"testing"
	"time"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// cut makes n fragments of eight octets.
func cut(n int) (frags []frag, whole []byte) {
	for i := range n {
		data := bytes.Repeat([]byte{byte('a' + i)}, 8)
		whole = append(whole, data...)
		frags = append(frags, frag{i * 8, data, i < n-1})
	}
	return frags, whole
}

// TestEveryOrder puts up to five fragments together in every order.
func TestEveryOrder(t *testing.T) {
	b := newBench(t, smallConfig(BSD))
	id := uint32(0)
	for n := 2; n <= 5; n++ {
		frags, whole := cut(n)
		permute(n, func(order []int) {
			for _, version := range []int{4, 6} {
				id++
				var r *Result
				for i, k := range order {
					r = b.push(frags[k].wire(version, id))
					if i < n-1 && r.State != Held {
						t.Fatalf("%v: fragment %d gives %v", order, i, r.State)
					}
				}
				if r.State != Complete || r.Overlap || !bytes.Equal(payloadOf(r.Datagram), whole) {
					t.Fatalf("%v: %v", order, r.State)
				}
				var p packet.Packet
				b.d.Decode(&p, r.Datagram, input.LinkRaw, 0, 1)
				if p.Invalid || p.Fragment || p.Proto != 253 {
					t.Fatalf("datagram: %+v", p.Packet)
				}
			}
		})
	}
	b.empty()
}

func permute(n int, f func([]int)) {
	order := make([]int, 0, n)
	var rec func(uint)
	rec = func(used uint) {
		if len(order) == n {
			f(order)
			return
		}
		for i := range n {
			if used>>i&1 == 0 {
				order = append(order, i)
				rec(used | 1<<i)
				order = order[:len(order)-1]
			}
		}
	}
	rec(0)
}

// A condemned fragment condemns its datagram, and no other.
func TestCondemn(t *testing.T) {
	for _, at := range []int{-1, 0, 1} {
		b := newBench(t, smallConfig(BSD))
		frags, _ := cut(2)
		var r *Result
		for i, f := range frags {
			r = b.push(f.wire(4, 1))
			if i == at {
				b.t.Condemn()
			}
		}
		// The last fragment is not held any more: its own verdict stands beside it.
		if want := at == 0; r.State != Complete || r.Condemned != want {
			t.Errorf("after fragment %d: %v, condemned %v", at, r.State, r.Condemned)
		}
		b.t.Condemn()
		for _, f := range frags {
			r = b.push(f.wire(4, 2))
		}
		if r.Condemned {
			t.Error("another datagram is condemned too")
		}
		b.empty()
	}
}

func TestTimeoutIsPacketTime(t *testing.T) {
	b := newBench(t, smallConfig(BSD))
	frags, _ := cut(2)
	b.push(frags[0].wire(4, 1))
	if _, ok := b.t.Expire(b.nowUS + time.Minute.Microseconds() - 1); ok {
		t.Fatal("gave up early")
	}
	// The second half comes too late and begins another datagram.
	b.nowUS += time.Minute.Microseconds()
	r := b.push(frags[1].wire(4, 1))
	if r.State != Held || len(r.Evicted) != 1 || r.EvictReason != event.ReasonDefragError {
		t.Fatalf("%+v", r)
	}
	r, ok := b.t.Expire(b.nowUS + time.Minute.Microseconds())
	if !ok || r.State != Dropped || len(r.Handles) != 1 || r.Reason != event.ReasonDefragError {
		t.Fatalf("%v %+v", ok, r)
	}
	b.account(r)
	b.empty()
}

func TestCapsGiveUpTheOldest(t *testing.T) {
	c := smallConfig(BSD)
	c.Trackers, c.MaxFrags = 3, 4
	b := newBench(t, c)
	frags, _ := cut(3)
	for id := range uint32(50) {
		for _, f := range frags[:2] {
			if r := b.push(f.wire(4, id)); r.State != Held {
				t.Fatalf("datagram %d: %v", id, r.State)
			}
		}
	}
	if b.t.Count.Evicted != 48 || b.t.Fragments() != 4 {
		t.Errorf("%d evicted, %d held", b.t.Count.Evicted, b.t.Fragments())
	}
	if r := b.push(frags[2].wire(4, 49)); r.State != Complete {
		// Only the oldest is given up, never the one that is about to be whole.
		t.Errorf("the newest datagram: %v", r.State)
	}
	b.empty()
}

func TestMemcapAlone(t *testing.T) {
	c := smallConfig(BSD)
	c.Memcap = 1 << 16
	b := newBench(t, c)
	big := make([]byte, 32000)
	for i := range uint32(9) {
		b.push(frag{0, big, true}.wire(4, i))
		if b.t.Octets() > c.Memcap {
			t.Fatalf("%d octets held", b.t.Octets())
		}
	}
	b.empty()
}

func TestTooLargeAndTooMany(t *testing.T) {
	b := newBench(t, smallConfig(BSD))
	r := b.push(frag{65528, make([]byte, 1000), false}.wire(4, 1))
	if r.State != Dropped || !r.Events.Has(input.DecodeIPv4FragPktTooLarge) || len(r.Handles) != 1 {
		t.Fatalf("%+v", r)
	}
	for i := range b.t.cfg.MaxFragsPerDatagram + 1 {
		r = b.push(frag{i * 8, make([]byte, 8), true}.wire(6, 2))
	}
	if r.State != Dropped || !r.Events.Has(input.DecodeIPv6FragIgnored) || len(r.Handles) != b.t.cfg.MaxFragsPerDatagram+1 {
		t.Fatalf("%v, %d handles", r.State, len(r.Handles))
	}
	b.empty()
}

// TestOverlapsAreBounded gives a datagram up that overlaps itself over and over.
func TestOverlapsAreBounded(t *testing.T) {
	c := smallConfig(Last)
	c.MaxFragsPerDatagram = 200
	b := newBench(t, c)
	var r *Result
	for range maxOverlaps + 2 {
		r = b.push(frag{0, make([]byte, 800), true}.wire(4, 1))
	}
	if r.State != Dropped || r.Reason != event.ReasonDefragError || len(r.Handles) != maxOverlaps+2 {
		t.Fatalf("%v, %d handles", r.State, len(r.Handles))
	}
	b.empty()
}

// TestKeysApart keeps what differs in one part of the key from meeting.
func TestKeysApart(t *testing.T) {
	b := newBench(t, smallConfig(BSD))
	frags, _ := cut(2)
	var p, q packet.Packet
	b.d.Decode(&p, frags[0].wire(4, 1), input.LinkRaw, 0, 1)
	for name, change := range map[string]func(){
		"pair":     func() { q.Pair++ },
		"vlan":     func() { q.VLAN[0], q.VLANCount = 5, 1 },
		"source":   func() { q.Src[3]++ },
		"protocol": func() { q.Proto++ },
		"depth":    func() { q.Depth++ },
	} {
		b.t.Push(&p, 1)
		b.d.Decode(&q, frags[1].wire(4, 1), input.LinkRaw, 0, 2)
		q.Pair = 0
		change()
		if r := b.t.Push(&q, 2); r.State != Held {
			t.Errorf("%s does not matter: %v", name, r.State)
		}
		for {
			if _, ok := b.t.Flush(); !ok {
				break
			}
		}
	}
}

// TestCopiesWithoutHandle: octets that have no mbuf may change after Push.
func TestCopiesWithoutHandle(t *testing.T) {
	b := newBench(t, smallConfig(BSD))
	frags, whole := cut(2)
	var r *Result
	for _, f := range frags {
		var p packet.Packet
		wire := f.wire(6, 1)
		b.d.Decode(&p, wire, input.LinkRaw, 0, 1)
		r = b.t.Push(&p, 0)
		clear(wire)
	}
	if r.State != Complete || len(r.Handles) != 0 || !bytes.Equal(payloadOf(r.Datagram), whole) {
		t.Fatalf("%+v", r)
	}
	b.empty()
}

func TestPagesRunOut(t *testing.T) {
	b := newBench(t, smallConfig(BSD))
	frags, _ := cut(2)
	for id := range uint32(5) {
		var r *Result
		for _, f := range frags {
			var p packet.Packet
			b.d.Decode(&p, f.wire(4, id), input.LinkRaw, 0, 1)
			r = b.t.Push(&p, uintptr(id+1))
		}
		if want := id < 4; (r.State == Complete) != want || len(r.Handles) != 2 {
			t.Fatalf("datagram %d: %v", id, r.State)
		}
	}
	b.t.EndBurst()
	b.empty()
}

func TestNoAllocs(t *testing.T) {
	b := newBench(t, smallConfig(Linux))
	frags, _ := cut(3)
	var ps [3]packet.Packet
	for i := range ps {
		b.d.Decode(&ps[i], frags[i].wire(4, 1), input.LinkRaw, 0, 1)
	}
	if n := testing.AllocsPerRun(1000, func() {
		for i := range ps {
			b.t.Push(&ps[i], uintptr(i+1))
		}
		b.t.EndBurst()
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkTwoFragments(b *testing.B) {
	tb := newBench(b, DefaultConfig())
	var ps [2]packet.Packet
	f := [2]frag{{0, make([]byte, 1480), true}, {1480, make([]byte, 600), false}}
	for i := range ps {
		tb.d.Decode(&ps[i], f[i].wire(4, 1), input.LinkRaw, 0, 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		tb.t.Push(&ps[0], 1)
		tb.t.Push(&ps[1], 2)
		tb.t.EndBurst()
	}
}
