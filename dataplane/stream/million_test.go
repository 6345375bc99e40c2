package stream

import (
	"slices"
	"testing"
	"time"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// A million open connections, each with an octet missing before what it holds:
// at the cap the policy is asked for every packet that finds no room, nothing
// grows and no packet takes long.
func TestMillionStreamsAtTheCap(t *testing.T) {
	n := 1 << 20
	if testing.Short() {
		n = 1 << 14
	}
	c := conf(true)
	c.Sessions, c.ReassemblyMemcap = n, n*128 // a page has 256 octets: room for half of them
	x := &conn{k: &rec{t: t}, isn: [2]uint32{1, 1 << 31}, buf: make([]byte, 2048)}
	var err error
	if x.s, err = New(c); err != nil {
		t.Fatal(err)
	}
	defer x.s.Close()
	flows, err := slab.NewArray[flow.Record](n + 1)
	if err != nil {
		t.Fatal(err)
	}
	defer flows.Close()
	data := text(100)
	// Processor time of each batch of packets: other programs do not count.
	const batch = 1 << 12
	var full, sends int
	var costs []time.Duration
	mark := cpuTime()
	send := func(r *flow.Record, side int, fl uint8, off, ack int, data []byte) {
		x.r = *r
		o := x.send(side, fl, off, ack, data)
		if sends++; sends%batch == 0 {
			now := cpuTime()
			costs = append(costs, now-mark)
			mark = now
		}
		*r = x.r
		if o.Exception == ReassemblyMemcap {
			full++
		}
		if x.s.arena.used > c.ReassemblyMemcap {
			t.Fatalf("%d octets are in use, the cap is %d", x.s.arena.used, c.ReassemblyMemcap)
		}
	}
	begun := time.Now()
	for i := 1; i <= n; i++ {
		r := &flows.Rec[i]
		r.Proto, r.IPVersion = 6, 4
		send(r, 0, input.TCPSyn, -1, 0, nil)
		send(r, 1, input.TCPSyn|input.TCPAck, -1, 0, nil)
		send(r, 0, input.TCPAck, 0, 0, nil)
		send(r, 0, input.TCPAck, 1, 0, data)
	}
	opened := time.Since(begun)
	if x.s.sessions.Used() != n {
		t.Fatalf("%d sessions are open, want %d", x.s.sessions.Used(), n)
	}
	first, used := full, x.s.arena.used
	if first < n/4 || uint64(first) != x.s.Stats.SegmentMemcapDrop {
		t.Errorf("the policy was asked %d times, counted %d times", first, x.s.Stats.SegmentMemcapDrop)
	}
	// One connection more than there may be.
	var extra flow.Record
	extra.Proto, extra.IPVersion = 6, 4
	x.r = extra
	if o := x.send(0, input.TCPSyn, -1, 0, nil); o.Exception != SessionMemcap || x.s.Stats.SsnMemcapDrop != 1 {
		t.Errorf("a connection beyond the cap: %+v, counted %d", o, x.s.Stats.SsnMemcapDrop)
	}
	// All go on: where there is no room there is none, and nothing else changes.
	begun = time.Now()
	for i := 1; i <= n; i++ {
		send(&flows.Rec[i], 0, input.TCPAck, 1+len(data), 0, data)
	}
	again := time.Since(begun)
	if full == first || x.s.arena.used > used+used/8 {
		t.Errorf("at the cap: asked %d times more, %d octets in use, %d before", full-first, x.s.arena.used, used)
	}
	// The missing octet comes: what is held is read, and its room is free again.
	for i := 1; i <= n; i++ {
		x.r = flows.Rec[i]
		x.k.at, x.k.got = [2]uint64{}, [2][]byte{}
		x.send(0, input.TCPAck, 0, 0, data[:1])
		flows.Rec[i] = x.r
	}
	for i := 1; i <= n; i++ {
		x.r = flows.Rec[i]
		x.s.Release(&x.r)
	}
	if x.s.arena.used != 0 || x.s.sessions.Used() != 0 || x.s.regions.Used() != 0 {
		t.Errorf("left: %d octets, %d sessions, %d regions", x.s.arena.used, x.s.sessions.Used(), x.s.regions.Used())
	}
	// A page fault or two may fall into a batch; a stall would be longer.
	if top := slices.Max(costs); top > 200*time.Millisecond {
		t.Errorf("the dearest %d packets took %v", batch, top)
	}
	t.Logf("%d streams: opened in %v (%v a packet), once more in %v (%v a packet); no room %d times", n,
		opened.Round(time.Millisecond), opened/time.Duration(4*n), again.Round(time.Millisecond), again/time.Duration(n), full)
}
