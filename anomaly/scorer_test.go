package anomaly

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/anomaly/sketch"
)

func testSeed() sketch.Seed { return sketch.SeedFrom([32]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}) }

// lab is a scorer with a clock that the test moves.
type lab struct {
	t   testing.TB
	s   *Scorer
	us  int64
	got []Finding
}

func newLab(t testing.TB, change func(*Config)) *lab {
	t.Helper()
	c := DefaultConfig()
	if change != nil {
		change(&c)
	}
	p, err := NewPolicy(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewScorer(p, testSeed(), make([]byte, Size(p)))
	if err != nil {
		t.Fatal(err)
	}
	return &lab{t: t, s: s, us: 1_750_000_000_000_000}
}

func (l *lab) pass(d time.Duration) { l.us += d.Microseconds() }

// drain ticks and collects what was found.
func (l *lab) drain() {
	l.s.Tick(l.us)
	l.got = append(l.got, l.s.Findings()...)
	l.s.ResetFindings()
}

func (l *lab) observe(o Observation) Verdict {
	o.TimeUS = l.us
	if o.IPVersion == 0 {
		o.IPVersion = 4
	}
	v := l.s.Observe(&o)
	l.drain()
	return v
}

func (l *lab) found(d ID, ph Phase) (n int, first Finding) {
	for _, f := range l.got {
		if f.Detector == d && f.Phase == ph {
			if n == 0 {
				first = f
			}
			n++
		}
	}
	return n, first
}

// none fails on any finding but the ones named.
func (l *lab) none(but ...ID) {
	l.t.Helper()
next:
	for _, f := range l.got {
		for _, d := range but {
			if f.Detector == d {
				continue next
			}
		}
		l.t.Errorf("false finding %s of %v: counted %v, expected %v, second %v", f.Detector, f.Addr[:4], f.Counted, f.Expected, f.Second)
	}
}

func ip(n uint32) (a [16]byte) {
	binary.BigEndian.PutUint32(a[:], n)
	return a
}

func syn(src, dst uint32, sport, dport uint16) Observation {
	return Observation{Src: ip(src), Dst: ip(dst), SrcPort: sport, DstPort: dport, Proto: protoTCP, TCPFlags: tcpSYN, Len: 60, NewFlow: true, ToServer: true}
}

func ackOf(o Observation) Observation {
	o.TCPFlags, o.NewFlow, o.FlowEstablished, o.FlowEstablishedNow = tcpACK, false, true, true
	return o
}

func rstOf(o Observation) Observation {
	o.Src, o.Dst, o.SrcPort, o.DstPort = o.Dst, o.Src, o.DstPort, o.SrcPort
	o.TCPFlags, o.NewFlow, o.ToServer = tcpRST|tcpACK, false, false
	return o
}

func action(d ID, a Action) func(*Config) {
	return func(c *Config) {
		x := c.Detectors[d.String()]
		x.Action = a.String()
		c.Detectors[d.String()] = x
	}
}

const client, server = 0x0a000001, 0xc0a80001

func TestDetectorListIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for i := range Detectors {
		d := &Detectors[i]
		if d.Name == "" || d.Counts == "" || d.Role == 0 || seen[d.Name] {
			t.Errorf("row %d is empty or a twin: %+v", i, d)
		}
		seen[d.Name] = true
		if id, ok := ParseID(d.Name); !ok || id != ID(i) || id.String() != d.Name {
			t.Errorf("%s does not parse back", d.Name)
		}
	}
}

func TestConfigNamesEveryMistake(t *testing.T) {
	c := DefaultConfig()
	c.Detectors["port-scan"] = DetectorConfig{Action: "explode", Threshold: -1, Factor: 0.5, Window: time.Millisecond, Rate: 0, Hold: 0}
	c.Detectors["port-scam"] = Detectors[PortScan].Default
	c.Allow = []string{"10.0.0.0/8", "nonsense", "10.0.0.0/8", "10.0.0.1/8"}
	two := 2
	c.Overrides = []Override{
		{Prefix: "10.0.0.0/8", Thresholds: map[string]float64{"udp-flod": 1, "udp-flood": 0}},
		{Prefix: "10.0.0.0/8"}, {Prefix: "10.0.0.0/8", Pair: &two},
	}
	c.MaxTouchedPercent, c.Memory.Sources = 0, 100
	err := c.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"port-scam: no such", "port-scan.action", "port-scan.threshold", "port-scan.factor", "port-scan.window", "port-scan.rate",
		"port-scan.hold", "allow[1]", "allow[2]: prefix 10.0.0.0/8 is already given by anomaly.allow[0]", "allow[3]", "udp-flod",
		"udp-flood: 0", "overrides[1]: prefix 10.0.0.0/8 is already given by anomaly.overrides[0]", "max-touched-percent", "memory.sources",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in:\n%v", want, err)
		}
	}
	if p, err := NewPolicy(c); p != nil || err == nil {
		t.Error("a policy was made of it")
	}
	good := DefaultConfig()
	good.Allow = []string{"10.0.0.0/8", "10.1.0.0/16"}
	if err := good.Validate(); err != nil || len(good.Warnings()) != 1 {
		t.Errorf("%v, warnings %v", err, good.Warnings())
	}
}

func TestSYNFloodSpoofedSources(t *testing.T) {
	l := newLab(t, action(SYNFloodTarget, RateLimit))
	victim := uint32(server)
	honest := ackOf(syn(0x0a0000ff, victim, 1000, 80))
	l.observe(honest) // proven before the flood
	limited, honestLost := 0, 0
	for i := range uint32(20_000) {
		if l.observe(syn(0x20000000+i*7919, victim, uint16(i), 80)) == RateLimited {
			limited++
		}
		if i%100 == 0 && l.observe(syn(0x0a0000ff, victim, uint16(2000+i), 80)) != None {
			honestLost++
		}
		l.pass(50 * time.Microsecond)
	}
	n, f := l.found(SYNFloodTarget, Begin)
	if n != 1 || f.Addr != ip(victim) || f.Role != RoleDestination || f.Counted < f.Expected || f.Bound <= 0 || f.WindowUS != 1_000_000 {
		t.Fatalf("%d findings: %+v", n, f.Counted)
	}
	if f.Verified || f.TopLen == 0 {
		t.Errorf("a target is not verified, and contributors are named: %+v", f)
	}
	if limited < 15_000 || honestLost > 0 {
		t.Errorf("%d of 20000 limited, %d proven clients' SYNs lost", limited, honestLost)
	}
	if v := l.observe(Observation{Src: ip(5), Dst: ip(victim), Proto: protoTCP, TCPFlags: tcpACK, FlowEstablished: true}); v != None {
		t.Errorf("an established flow got %v", v)
	}
	if src, _ := l.found(SYNFloodSource, Begin); src != 0 {
		t.Error("a spoofed source was found guilty")
	}
}

// TestSYNFloodNeverBansUnproven: with drop as its action, a source that never
// completed a handshake is challenged, a proven one dropped.
func TestSYNFloodNeverBansUnproven(t *testing.T) {
	for _, proven := range []bool{false, true} {
		l := newLab(t, action(SYNFloodSource, TimedDrop))
		if proven {
			l.observe(ackOf(syn(client, server, 1, 80)))
		}
		var verdicts [len(verdictNames)]int
		for i := range uint32(3000) {
			verdicts[l.observe(syn(client, server+i%50, uint16(i), uint16(80+i%7)))]++
			l.pass(100 * time.Microsecond)
		}
		n, f := l.found(SYNFloodSource, Begin)
		if n != 1 || f.Verified != proven {
			t.Fatalf("proven %v: %d findings, %+v", proven, n, f)
		}
		if proven && (verdicts[Drop] < 2000 || verdicts[Challenge] > 0) || !proven && (verdicts[Drop] > 0 || verdicts[Challenge] < 2000) {
			t.Errorf("proven %v: verdicts %v", proven, verdicts)
		}
		if !proven { // a real stack sends the same SYN again
			o := syn(client, server+60, 7777, 80)
			first := l.observe(o)
			l.pass(time.Second)
			if again := l.observe(o); first != Challenge || again != None {
				t.Errorf("first SYN %v, second %v", first, again)
			}
		}
	}
}

func TestBusyServerIsNoFlood(t *testing.T) {
	l := newLab(t, nil)
	for i := range uint32(20_000) {
		o := syn(0x0a000000+i%5000, server, uint16(i), 443)
		l.observe(o)
		l.observe(ackOf(o))
		l.s.RequestDone(&FlowEnd{TimeUS: l.us, Client: o.Src, Server: o.Dst, Port: 443, IPVersion: 4, Proto: protoTCP})
		l.pass(100 * time.Microsecond)
	}
	l.none()
}

func TestHoldExpiresAndBacksOff(t *testing.T) {
	l := newLab(t, action(SYNFloodSource, RateLimit))
	flood := func() {
		for i := range uint32(1000) {
			l.observe(syn(client, server+i, uint16(i), 80))
			l.pass(100 * time.Microsecond)
		}
	}
	wait := func(d time.Duration) {
		for range int(d / (100 * time.Millisecond)) {
			l.pass(100 * time.Millisecond)
			for range 130 {
				l.drain()
			}
		}
	}
	flood()
	src := ip(client)
	if sc, ok := l.s.Active(SYNFloodSource, RoleSource, &src, 4); !ok || sc < 50 {
		t.Errorf("active: %d %v", sc, ok)
	}
	wait(70 * time.Second)
	ends, f := l.found(SYNFloodSource, End)
	if ends != 1 || f.Touched == 0 {
		t.Fatalf("%d ends after the hold, %+v", ends, f)
	}
	if _, ok := l.s.Active(SYNFloodSource, RoleSource, &src, 4); ok || l.s.live != 0 && l.s.classes == 0 {
		t.Error("still active")
	}
	if v := l.observe(syn(client, server, 9999, 80)); v != None {
		t.Errorf("after the end: %v", v)
	}
	l.got = nil
	flood()
	_, again := l.found(SYNFloodSource, Begin)
	if again.Level != 1 || again.ExpiresUS-again.TimeUS != 120_000_000 {
		t.Errorf("back-off level %d, hold %d", again.Level, again.ExpiresUS-again.TimeUS)
	}
}

func TestAllowListWins(t *testing.T) {
	l := newLab(t, func(c *Config) {
		action(SYNFloodSource, TimedDrop)(c)
		action(SYNFloodTarget, RateLimit)(c)
		c.Allow = []string{"10.0.0.0/8"}
	})
	l.s.Apply(&Command{Op: BlockAdd, Addr: ip(client), Bits: 32, IPVersion: 4, TTLUS: 1e9})
	for i := range uint32(5000) {
		if v := l.observe(syn(client, server, uint16(i), 80)); v != None {
			t.Fatalf("an allowed source got %v", v)
		}
	}
	if n, _ := l.found(SYNFloodSource, Begin); n != 0 || l.s.Stats.Allowed == 0 {
		t.Errorf("%d findings, %d allowed", n, l.s.Stats.Allowed)
	}
}

func TestShadowOnlySays(t *testing.T) {
	l := newLab(t, nil)
	would := 0
	for i := range uint32(5000) {
		switch v := l.observe(syn(client, server, uint16(i), 80)); v {
		case None:
		case WouldDrop:
			would++
		default:
			t.Fatalf("shadow gave %v", v)
		}
		l.pass(50 * time.Microsecond)
	}
	if would < 3000 {
		t.Errorf("%d would have been dropped", would)
	}
}

func TestOverridesByPrefixAndPair(t *testing.T) {
	one := 1
	l := newLab(t, func(c *Config) {
		c.Overrides = []Override{
			{Prefix: "10.0.0.0/24", Thresholds: map[string]float64{"syn-flood-source": 5000}},
			{Pair: &one, Thresholds: map[string]float64{"syn-flood-source": 50}},
		}
	})
	for i := range uint32(400) {
		l.observe(syn(client, server+i, uint16(i), 80)) // 400 > 300, but the prefix says 5000
	}
	if n, _ := l.found(SYNFloodSource, Begin); n != 0 {
		t.Error("the prefix' threshold was not used")
	}
	for i := range uint32(100) {
		o := syn(0x0b000001, server+i, uint16(i), 80)
		o.Pair = 1
		l.observe(o)
	}
	if n, f := l.found(SYNFloodSource, Begin); n != 1 || f.Expected != 50 {
		t.Errorf("the pair's threshold was not used: %d, %v", n, f.Expected)
	}
}

func TestClockJumpsAndDisorder(t *testing.T) {
	l := newLab(t, nil)
	base := l.us
	// 250 SYN/s for a minute, below the threshold, with every kind of bad clock.
	for i := range int64(15_000) {
		l.us = base + i*4000
		switch i % 5 {
		case 1:
			l.us -= 2_000_000 // disorder
		case 3:
			if i%1000 == 3 {
				l.us += 10 * 365 * 24 * 3600 * 1_000_000 // one wrong packet
			}
		}
		if i > 8000 {
			l.us -= 3_600_000_000 // set back for good
		}
		if i > 12_000 {
			l.us += 7_200_000_000 // an idle hour
		}
		o := syn(client, server+uint32(i%40), uint16(i), 80)
		l.observe(o)
		l.observe(ackOf(o))
		l.s.RequestDone(&FlowEnd{TimeUS: l.us, Client: o.Src, Server: o.Dst, Port: 80, IPVersion: 4, Proto: protoTCP})
	}
	l.none()
	if l.s.Stats.ClockJumps != 2 {
		t.Errorf("%d jumps, want 2", l.s.Stats.ClockJumps)
	}
	// Time extremes must not overflow into anything.
	for _, us := range []int64{-1 << 63, 1<<63 - 1, 0, -1} {
		for range 20 {
			l.us = us
			l.observe(syn(client, server, 1, 80))
		}
	}
	l.none()
}

func TestCapAsksAPerson(t *testing.T) {
	l := newLab(t, func(c *Config) {
		action(UDPFlood, RateLimit)(c)
		d := c.Detectors["udp-flood"]
		d.Threshold, d.Rate = 100, 1
		c.Detectors["udp-flood"] = d
		c.MaxTouchedPercent = 50
	})
	udp := Observation{Src: ip(client), Dst: ip(server), Proto: protoUDP, SrcPort: 5, DstPort: 6, Len: 100, ToServer: true}
	var v Verdict
	for range 10_000 {
		v = l.observe(udp)
		l.pass(100 * time.Microsecond)
	}
	n, f := l.found(MitigationCap, Begin)
	if n != 1 || v != WouldDrop || f.Counted < 50 {
		t.Fatalf("%d cap findings, last verdict %v, %v", n, v, f.Counted)
	}
	l.s.Apply(&Command{Op: ResumeMitigation})
	if v := l.observe(udp); v != RateLimited {
		t.Errorf("after resume: %v", v)
	}
}

func TestManualBlocks(t *testing.T) {
	l := newLab(t, nil)
	add := func(addr [16]byte, bits, ver uint8, ttl int64) bool {
		return l.s.Apply(&Command{Op: BlockAdd, Addr: addr, Bits: bits, IPVersion: ver, TTLUS: ttl})
	}
	plain := Observation{Src: ip(client), Dst: ip(server), Proto: protoTCP, TCPFlags: tcpACK, FlowEstablished: true}
	l.observe(plain)
	if !add(ip(client), 24, 4, 5_000_000) || add(ip(1), 33, 4, 1) || add(ip(1), 32, 5, 1) || add(ip(1), 32, 4, 0) {
		t.Fatal("what commands are accepted")
	}
	if v := l.observe(plain); v != Blocked {
		t.Errorf("source in a blocked /24: %v", v)
	}
	back := plain
	back.Src, back.Dst = plain.Dst, ip(client|0xfe)
	if v := l.observe(back); v != Blocked {
		t.Errorf("destination in a blocked /24: %v", v)
	}
	v6 := plain
	v6.IPVersion = 6 // the same octets as an IPv6 address are another address
	if v := l.observe(v6); v != None {
		t.Errorf("IPv6 address with the same octets: %v", v)
	}
	if !l.s.Apply(&Command{Op: BlockRemove, Addr: ip(client | 7), Bits: 24, IPVersion: 4}) || l.observe(plain) != None {
		t.Error("not removed")
	}
	add(ip(client), 32, 4, 5_000_000)
	l.pass(6 * time.Second)
	if v := l.observe(plain); v != None {
		t.Errorf("after expiry: %v", v)
	}
	full := 0
	for i := range uint32(10_000) {
		if add(ip(i<<8), uint8(20+i%13), 4, 1e12) {
			full++
		}
	}
	if full > 4096/4*3+10_000/13*13 || l.s.Blocks() != 3072 {
		t.Errorf("%d blocks in a list of 3072", l.s.Blocks())
	}
	l.s.Apply(&Command{Op: BlockClear})
	if l.s.Blocks() != 0 || l.observe(plain) != None {
		t.Error("not cleared")
	}
}
