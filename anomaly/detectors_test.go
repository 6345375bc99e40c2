package anomaly

import (
	"fmt"
	"testing"
	"time"
)

// one expects exactly one beginning of d and nothing of any other detector.
func (l *lab) one(d ID, also ...ID) Finding {
	l.t.Helper()
	n, f := l.found(d, Begin)
	if n != 1 || f.Counted < f.Expected || f.Score < 50 {
		l.t.Errorf("%s: %d findings, counted %v of %v, score %d", d, n, f.Counted, f.Expected, f.Score)
	}
	l.none(append(also, d)...)
	return f
}

func TestFloods(t *testing.T) {
	udp := Observation{Src: ip(client), Dst: ip(server), Proto: protoUDP, SrcPort: 999, DstPort: 9, Len: 60, ToServer: true}
	icmp := Observation{Src: ip(client), Dst: ip(server), Proto: protoICMP, ICMPType: icmpEcho, Len: 60, FlowEstablished: true}
	frag := Observation{Src: ip(client), Dst: ip(server), Proto: protoTCP, Fragment: true, Len: 1500}
	for _, row := range []struct {
		name string
		o    Observation
		d    ID
		n    int
	}{
		{"UDP", udp, UDPFlood, 60_000}, {"ICMP", icmp, ICMPFlood, 2000}, {"fragments", frag, FragmentFlood, 9000},
	} {
		l := newLab(t, action(row.d, RateLimit))
		held := 0
		for range row.n {
			if l.observe(row.o) == RateLimited {
				held++
			}
			l.pass(20 * time.Microsecond)
		}
		f := l.one(row.d)
		if f.Addr != ip(server) || f.TopLen == 0 || f.Top[0].Addr != ip(client) || held == 0 {
			t.Errorf("%s: %d held back, top %v", row.name, held, f.Top[0])
		}
		// Half the threshold, spread over time, is nothing.
		quiet := newLab(t, nil)
		for range row.n {
			quiet.observe(row.o)
			quiet.pass(2 * time.Millisecond)
		}
		quiet.none()
	}
}

func TestFloodThresholdAdapts(t *testing.T) {
	l := newLab(t, func(c *Config) {
		d := c.Detectors["udp-flood"]
		d.Threshold, d.Factor = 100, 8
		c.Detectors["udp-flood"] = d
	})
	udp := Observation{Src: ip(client), Dst: ip(server), Proto: protoUDP, ToServer: true, Len: 100}
	second := func(n int) {
		for range n {
			l.observe(udp)
			l.pass(time.Second / time.Duration(n))
		}
	}
	for range 40 * 60 {
		second(50)
	}
	second(300) // above the floor of 100, below 8 times the usual 50
	l.none()
	second(900)
	if f := l.one(UDPFlood); f.Expected < 300 || f.Baseline < 40 || f.Baseline > 60 {
		t.Errorf("expected %v, baseline %v", f.Expected, f.Baseline)
	}
}

func TestAmplification(t *testing.T) {
	l := newLab(t, action(Amplification, RateLimit))
	asked := Observation{Src: ip(0x08080808), Dst: ip(server), SrcPort: 53, DstPort: 5000, Proto: protoUDP, Len: 1400, FlowEstablished: true}
	for range 2000 {
		l.observe(asked)
	}
	l.none()
	for i := range uint32(2000) {
		o := Observation{Src: ip(0x08000000 + i%20), Dst: ip(server), SrcPort: 11211, DstPort: 80, Proto: protoUDP, Len: 1400, ToServer: true}
		l.observe(o)
	}
	f := l.one(Amplification)
	if f.Port != 11211 || f.Top[0].Port != 11211 || l.s.Stats.Verdicts[RateLimited] < 1000 {
		t.Errorf("port %d, top %v, verdicts %v", f.Port, f.Top[0], l.s.Stats.Verdicts)
	}
}

// scan plays attempts; answered gets the share of them that succeed.
func (l *lab) scan(n int, gap time.Duration, make func(i uint32) Observation, answer func(i uint32) string) {
	for i := range uint32(n) {
		o := make(i)
		l.observe(o)
		switch answer(i) {
		case "ack":
			a := ackOf(o)
			l.observe(a)
			l.s.FlowEnd(&FlowEnd{TimeUS: l.us, Client: o.Src, Server: o.Dst, Port: o.DstPort, IPVersion: 4, Proto: o.Proto, Established: true})
		case "rst":
			l.observe(rstOf(o))
		}
		l.pass(gap)
	}
}

func TestScans(t *testing.T) {
	always := func(s string) func(uint32) string { return func(uint32) string { return s } }
	vertical := func(i uint32) Observation { return syn(client, server, 4000, uint16(i+1)) }
	horizontal := func(i uint32) Observation { return syn(client, server+i, 4000, 445) }
	for _, row := range []struct {
		name   string
		n      int
		gap    time.Duration
		make   func(uint32) Observation
		answer func(uint32) string
		want   ID
	}{
		{"vertical, closed", 100, 10 * time.Millisecond, vertical, always("rst"), PortScan},
		{"vertical, filtered", 300, 100 * time.Millisecond, vertical, always(""), PortScan},
		{"vertical, one per second", 80, 700 * time.Millisecond, vertical, always("rst"), PortScan},
		{"horizontal, silence", 300, 100 * time.Millisecond, horizontal, always(""), HostScan},
		{"block", 800, 10 * time.Millisecond, func(i uint32) Observation { return syn(client, server+i%50, 4000, uint16(1+i/50*7%160)) }, always("rst"), BlockScan},
		{"ping sweep", 254, 20 * time.Millisecond, func(i uint32) Observation {
			return Observation{Src: ip(client), Dst: ip(server + i), Proto: protoICMP, ICMPType: icmpEcho, NewFlow: true, ToServer: true}
		}, always(""), PingSweep},
		{"crawler: many hosts, all answer", 3000, 5 * time.Millisecond, horizontal, always("ack"), NumDetectors},
		{"crawler: a third of the hosts is gone", 600, 50 * time.Millisecond, horizontal, func(i uint32) string { return []string{"ack", "rst", "ack"}[i%3] }, NumDetectors},
		{"many ports of one host, all answer", 300, 5 * time.Millisecond, vertical, always("ack"), NumDetectors},
		{"file sharing: dead peers, each once", 150, 300 * time.Millisecond, func(i uint32) Observation {
			return syn(client, server+i*977, 4000, uint16(2000+i*31))
		}, func(i uint32) string { return []string{"", "rst", "ack"}[i%3] }, NumDetectors},
		{"monitor: pings that come back", 300, 20 * time.Millisecond, func(i uint32) Observation {
			return Observation{Src: ip(client), Dst: ip(server + i), Proto: protoICMP, ICMPType: icmpEcho, NewFlow: true, ToServer: true}
		}, always("ack"), NumDetectors},
		{"a dead server, tried again and again", 500, 20 * time.Millisecond, func(i uint32) Observation { return syn(client, server, uint16(i), 80) }, always("rst"), NumDetectors},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := newLab(t, nil)
			l.scan(row.n, row.gap, row.make, row.answer)
			if row.want == NumDetectors {
				l.none()
				return
			}
			// A block is scanned host by host: it begins as a scan of hosts.
			f := l.one(row.want, map[ID][]ID{BlockScan: {HostScan}}[row.want]...)
			if f.Addr != ip(client) || f.Role != RoleSource || f.Second == 0 || f.TopLen != 1 {
				t.Errorf("%+v", f.Addr)
			}
		})
	}
}

func TestDistributedScan(t *testing.T) {
	l := newLab(t, nil)
	l.scan(400, 200*time.Millisecond, func(i uint32) Observation { return syn(client+i%20, server, 4000, uint16(i+1)) }, func(uint32) string { return "rst" })
	if f := l.one(DistributedScan); f.Addr != ip(server) || f.Second < 8 {
		t.Errorf("%v sources", f.Second)
	}
}

// TestScanSurvivesKeyFlood: single-packet sources must not push a scanner out.
func TestScanSurvivesKeyFlood(t *testing.T) {
	l := newLab(t, nil)
	for i := range uint32(200) {
		o := syn(client, server, 4000, uint16(i+1))
		l.observe(o)
		l.observe(rstOf(o))
		for j := range uint32(500) {
			x := syn(0x30000000+i*500+j, server+1+j%50, 1, 80)
			l.observe(x)
		}
		l.pass(20 * time.Millisecond)
	}
	if n, _ := l.found(PortScan, Begin); n != 1 {
		t.Errorf("%d port scans found among a flood of sources", n)
	}
}

func TestBruteForce(t *testing.T) {
	try := func(l *lab, port uint16, octets uint64, auth uint16) {
		l.s.FlowEnd(&FlowEnd{TimeUS: l.us, StartUS: l.us - 2e6, Client: ip(client), Server: ip(server), Port: port, IPVersion: 4, Proto: protoTCP,
			Established: true, BytesTS: octets, BytesTC: octets, AuthFailures: auth})
		l.drain()
		l.pass(500 * time.Millisecond)
	}
	ssh, web, long := newLab(t, action(BruteForce, TimedDrop)), newLab(t, nil), newLab(t, nil)
	for range 60 {
		try(ssh, 22, 2000, 0)
		try(web, 443, 900_000, 1)
		try(long, 22, 200_000, 0)
		try(long, 80, 500, 0)
	}
	if f := ssh.one(BruteForce); !f.Verified || f.Port != 22 || f.Top[0].Addr != ip(server) {
		t.Errorf("%+v", f.Top[0])
	}
	web.one(BruteForce)
	long.none()
	if v := ssh.observe(syn(client, server, 1, 22)); v != Drop {
		t.Errorf("a new connection of a guesser: %v", v)
	}
	if v := ssh.observe(Observation{Src: ip(client), Dst: ip(server), Proto: protoTCP, TCPFlags: tcpACK, FlowEstablished: true}); v != None {
		t.Errorf("its established connections: %v", v)
	}
}

func TestSlowRequest(t *testing.T) {
	for _, whole := range []bool{false, true} {
		l := newLab(t, nil)
		for i := range uint32(300) {
			o := syn(client, server, uint16(1000+i), 80)
			l.observe(o)
			l.observe(ackOf(o))
			if whole {
				l.s.RequestDone(&FlowEnd{TimeUS: l.us, Client: o.Src, Server: o.Dst, Port: 80, IPVersion: 4, Proto: protoTCP})
			}
			l.pass(100 * time.Millisecond)
		}
		if whole {
			l.none()
		} else if f := l.one(SlowRequest); f.Top[0].Addr != ip(server) {
			t.Errorf("%+v", f.Top[0])
		}
	}
}

func TestDNSDetectors(t *testing.T) {
	ask := func(l *lab, name string, rcode uint8, answer bool) {
		l.s.DNS(&DNS{TimeUS: l.us, Client: ip(client), Name: []byte(name), IPVersion: 4, Response: answer, RCode: rcode})
		l.drain()
		l.pass(50 * time.Millisecond)
	}
	tunnel, dga, cdn := newLab(t, nil), newLab(t, nil), newLab(t, nil)
	for i := range 300 {
		ask(tunnel, fmt.Sprintf("%032x%08x.t.Evil.example", i*2654435761, i), 0, false)
		ask(dga, fmt.Sprintf("qx%dzkfj.com", i*7919), 3, true)
		ask(cdn, fmt.Sprintf("e%d.images.cdn.example", i), 0, false)
		ask(cdn, fmt.Sprintf("site%d.co.uk", i), 0, true)
		ask(cdn, fmt.Sprintf("wpad%d.corp.example", i), 3, true) // one domain, many names
	}
	if f := tunnel.one(DNSTunnel); string(f.Domain[:f.DomainLen]) != "Evil.example" || f.Second < 24 {
		t.Errorf("domain %q, mean %v", f.Domain[:f.DomainLen], f.Second)
	}
	dga.one(DGA)
	cdn.none()
	for name, want := range map[string]string{
		"a.b.example.com": "example.com", "example.com": "example.com", "com": "com", "a.b.co.uk": "b.co.uk", "b.co.uk": "b.co.uk",
		"co.uk": "co.uk", "x.y.company.de": "company.de", "a..b": ".b", ".": ".", "a.": "a.",
	} {
		if got := name[domainCut([]byte(name)):]; got != want {
			t.Errorf("%s: domain %q, want %q", name, got, want)
		}
	}
}

func TestBeacon(t *testing.T) {
	run := func(gap func(i int) time.Duration) *lab {
		l := newLab(t, nil)
		for i := range 60 {
			o := syn(client, server, uint16(i), 8443)
			o.FromInside = true
			l.observe(o)
			a := ackOf(o)
			l.observe(a)
			l.s.FlowEnd(&FlowEnd{TimeUS: l.us, Client: o.Src, Server: o.Dst, Port: 8443, IPVersion: 4, Proto: protoTCP, Established: true})
			for left := gap(i); left > 0; left -= 30 * time.Second { // time passes in steps
				l.pass(min(left, 30*time.Second))
				l.drain()
			}
		}
		return l
	}
	even := run(func(i int) time.Duration { return 60*time.Second + time.Duration(i*37%11-5)*500*time.Millisecond })
	if f := even.one(Beacon); f.Second < 58 || f.Second > 62 || f.Port != 8443 {
		t.Errorf("interval %v", f.Second)
	}
	run(func(i int) time.Duration { return time.Duration(3+i*7919%120) * time.Second }).none()
}

func TestViolations(t *testing.T) {
	l := newLab(t, nil)
	for range 300 {
		l.s.Violation(&Violation{TimeUS: l.us, Src: ip(client), IPVersion: 4})
		l.drain()
	}
	l.one(ProtocolViolations)
}

func FuzzDNS(f *testing.F) {
	f.Add([]byte("a.b.c.example.com"), uint8(3), true)
	f.Add([]byte("..."), uint8(0), false)
	f.Fuzz(func(t *testing.T, name []byte, rcode uint8, response bool) {
		l := newLab(t, nil)
		for range 100 {
			l.s.DNS(&DNS{TimeUS: l.us, Client: ip(client), Name: name, IPVersion: 4, RCode: rcode, Response: response})
		}
		l.drain()
	})
}
