package anomaly

import (
	"testing"
	"time"
)

// TestKeyFloodGrowsNothing: millions of distinct sources and targets find no
// one guilty, and an attack among them is still found.
func TestKeyFloodGrowsNothing(t *testing.T) {
	n := uint32(3_000_000)
	if testing.Short() {
		n = 300_000
	}
	l := newLab(t, nil)
	for i := range n {
		x := i * 2654435761
		o := syn(x, x^0x55555555, uint16(i), uint16(i>>3))
		o.TimeUS, o.IPVersion = l.us, 4
		l.s.Observe(&o)
		if i%2 == 0 && i > n/2 {
			f := syn(x, server, 7, 80)
			f.TimeUS, f.IPVersion = l.us, 4
			l.s.Observe(&f)
		}
		l.us += 5
		if i%64 == 0 {
			l.drain()
		}
	}
	if got, f := l.found(SYNFloodTarget, Begin); got != 1 || f.Addr != ip(server) {
		t.Errorf("%d floods found", got)
	}
	l.none(SYNFloodTarget)
}

// TestBaselineIsNotPoisoned: a flood that goes on for an hour, found all the
// while, teaches nothing; one just below the threshold teaches slowly.
func TestBaselineIsNotPoisoned(t *testing.T) {
	small := func(c *Config) {
		d := c.Detectors["udp-flood"]
		d.Threshold, d.Factor = 100, 8
		c.Detectors["udp-flood"] = d
	}
	run := func(l *lab, d time.Duration, perSecond int) {
		udp := Observation{Src: ip(client), Dst: ip(server), Proto: protoUDP, ToServer: true, Len: 100}
		for range int(d/time.Second) * perSecond {
			l.observe(udp)
			l.pass(time.Second / time.Duration(perSecond))
		}
	}
	l := newLab(t, small)
	run(l, 40*time.Minute, 20)
	before := l.s.udp.base[0].Level.Mean
	run(l, 20*time.Minute, 400)
	if after := l.s.udp.base[0].Level.Mean; after > 1.01*before {
		t.Errorf("baseline went from %v to %v", before, after)
	}
	if n, _ := l.found(UDPFlood, Ongoing); n < 50 {
		t.Errorf("told %d times in 20 minutes", n)
	}
	// Just below the threshold of 160 for an hour.
	run(l, time.Hour, 150)
	if after := l.s.udp.base[0].Level.Mean; after > 2*before {
		t.Errorf("an hour below the threshold took the baseline from %v to %v", before, after)
	}
	// A link whose normal traffic is above the floor learns what is normal.
	busy := newLab(t, small)
	run(busy, 40*time.Minute, 150)
	busy.got = nil
	run(busy, 10*time.Minute, 150)
	if n, _ := busy.found(UDPFlood, Ongoing); n != 0 {
		t.Errorf("a busy link is still reported, %d times", n)
	}
}

// TestIdleHourThenTraffic: nothing that waited is a finding.
func TestIdleHourThenTraffic(t *testing.T) {
	l := newLab(t, nil)
	for range 5 {
		for i := range uint32(500) {
			o := syn(client+i%7, server+i%30, uint16(i), 22)
			l.observe(o)
			l.observe(ackOf(o))
			l.s.FlowEnd(&FlowEnd{TimeUS: l.us, Client: o.Src, Server: o.Dst, Port: 22, IPVersion: 4, Proto: protoTCP, Established: true, BytesTS: 1e6})
			l.pass(4 * time.Millisecond)
		}
		l.pass(time.Hour)
	}
	l.none()
}

// TestIPv6 goes the same way as IPv4, and is another address space.
func TestIPv6(t *testing.T) {
	l := newLab(t, action(SYNFloodSource, TimedDrop))
	src := [16]byte{0x20, 1, 0xd, 0xb8, 15: 7}
	prove := ackOf(syn(0, 0, 1, 80))
	prove.Src, prove.Dst, prove.IPVersion = src, [16]byte{0x20, 2}, 6
	l.observe(prove)
	drops := 0
	for i := range uint32(2000) {
		o := syn(0, 0, uint16(i), 80)
		o.Src, o.Dst, o.IPVersion = src, [16]byte{0x20, 2, 14: byte(i >> 4)}, 6
		if l.observe(o) == Drop {
			drops++
		}
		l.pass(100 * time.Microsecond)
	}
	if n, f := l.found(SYNFloodSource, Begin); n != 1 || f.Addr != src || f.IPVersion != 6 || drops < 1000 {
		t.Errorf("%d findings, %d drops", n, drops)
	}
	other := syn(0, server, 1, 80)
	other.Src = src // the same octets, read as IPv4
	if v := l.observe(other); v != None {
		t.Errorf("IPv4 with the same octets: %v", v)
	}
	odd := other
	odd.IPVersion = 9
	if v := l.observe(odd); v != None {
		t.Errorf("no IP at all: %v", v)
	}
}

// TestFindingsQueueOverflow counts what it cannot keep.
func TestFindingsQueueOverflow(t *testing.T) {
	l := newLab(t, nil)
	for i := range uint32(200) {
		for port := range uint16(60) {
			o := syn(client+i, server, 1, port+1)
			o.TimeUS, o.IPVersion = l.us, 4
			l.s.Observe(&o)
			r := rstOf(o)
			l.s.Observe(&r)
			l.us += 100
		}
	}
	if len(l.s.Findings()) != MaxFindings || l.s.Stats.FindingsLost == 0 {
		t.Errorf("%d kept, %d lost", len(l.s.Findings()), l.s.Stats.FindingsLost)
	}
}

// TestLargeFloodIsNotGivenUp: with the defaults, a flood of 99.9% of all
// packets goes on being held back, and who is established passes.
func TestLargeFloodIsNotGivenUp(t *testing.T) {
	l := newLab(t, action(SYNFloodTarget, RateLimit))
	benign := Observation{Src: ip(client), Dst: ip(server), Proto: protoTCP, TCPFlags: tcpACK, FlowEstablished: true}
	passed, last := 0, 0
	for i := range uint32(200_000) {
		v := l.observe(syn(0x20000000+i*7919, server, uint16(i), 80))
		if i > 190_000 && v == RateLimited {
			last++
		}
		if i%1000 == 0 && l.observe(benign) == None {
			passed++
		}
		l.pass(10 * time.Microsecond)
	}
	if passed != 200 || last < 9900 || l.s.Stats.Capped != 0 {
		t.Errorf("%d of 200 benign passed, %d of the last 10000 SYNs held back, capped %d times", passed, last, l.s.Stats.Capped)
	}
}
