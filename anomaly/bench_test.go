package anomaly

import (
	"math/rand/v2"
	"testing"
)

// mix makes a day-like stream: new flows 6% of packets, a quarter of them UDP,
// handshakes, then the middles of TCP flows.
func mix(n int) []Observation {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]Observation, 0, n)
	us := int64(1_750_000_000_000_000)
	for len(out) < n {
		us += 20
		src, dst := 0x0a000000+r.Uint32N(2000), 0xc0000000+r.Uint32N(20_000)
		o := syn(src, dst, uint16(r.Uint32()), 443)
		o.TimeUS, o.IPVersion, o.FromInside = us, 4, true
		switch k := r.IntN(100); {
		case k < 5:
			out = append(out, o)
			a := ackOf(o)
			a.TimeUS += 10
			out = append(out, a)
		case k < 7:
			o.Proto, o.TCPFlags, o.DstPort = protoUDP, 0, 53
			out = append(out, o)
		case k < 25: // QUIC, DNS answers
			o.Proto, o.TCPFlags, o.NewFlow, o.FlowEstablished = protoUDP, 0, false, true
			out = append(out, o)
		case k < 26:
			o.Proto, o.TCPFlags, o.NewFlow, o.FlowEstablished = protoICMP, 0, false, true
			out = append(out, o)
		default:
			o.TCPFlags, o.NewFlow, o.FlowEstablished = tcpACK, false, true
			out = append(out, o)
		}
	}
	return out[:n]
}

func floodOf(n int, make func(i uint32) Observation) []Observation {
	out := []Observation{}
	for i := range uint32(n) {
		o := make(i)
		o.TimeUS, o.IPVersion = 1_750_000_000_000_000+int64(i), 4
		out = append(out, o)
	}
	return out
}

func benchStreams() map[string][]Observation {
	const n = 1 << 17
	return map[string][]Observation{
		"mix": mix(n),
		"tcp-established": floodOf(n, func(i uint32) Observation {
			return Observation{Src: ip(i % 5000), Dst: ip(server), Proto: protoTCP, TCPFlags: tcpACK, FlowEstablished: true}
		}),
		"syn-flood-spoofed": floodOf(n, func(i uint32) Observation { return syn(i*2654435761, server, uint16(i), 80) }),
		"syn-scan":          floodOf(n, func(i uint32) Observation { return syn(client, server, 4000, uint16(i)) }),
		"udp-flood": floodOf(n, func(i uint32) Observation {
			return Observation{Src: ip(i * 2654435761), Dst: ip(server), Proto: protoUDP, SrcPort: uint16(i), DstPort: 9, NewFlow: true, ToServer: true, Len: 60}
		}),
		"udp-flood-one-flow": floodOf(n, func(i uint32) Observation {
			return Observation{Src: ip(client), Dst: ip(server), Proto: protoUDP, SrcPort: 9, DstPort: 9, ToServer: true, Len: 60}
		}),
	}
}

func BenchmarkObserve(b *testing.B) {
	for name, stream := range benchStreams() {
		b.Run(name, func(b *testing.B) {
			l := newLab(b, nil)
			span := stream[len(stream)-1].TimeUS - stream[0].TimeUS + 1
			i, turn := 0, int64(0)
			for b.Loop() {
				o := stream[i]
				o.TimeUS += turn * span
				l.s.Observe(&o)
				if i++; i == len(stream) {
					i, turn = 0, turn+1
				}
				if i%64 == 0 {
					l.s.Tick(o.TimeUS)
					l.s.ResetFindings()
				}
			}
		})
	}
}

func BenchmarkDNSQuery(b *testing.B) {
	l := newLab(b, nil)
	d := DNS{TimeUS: l.us, Client: ip(client), Name: []byte("www.example.com"), IPVersion: 4}
	for b.Loop() {
		d.Name[0]++
		l.s.DNS(&d)
	}
}

func BenchmarkTick(b *testing.B) {
	l := newLab(b, nil)
	for b.Loop() {
		l.us += 100
		l.s.Tick(l.us)
	}
}

// TestNothingAllocates drives every entry point, with mitigations in force.
func TestNothingAllocates(t *testing.T) {
	l := newLab(t, func(c *Config) {
		for name, d := range c.Detectors {
			d.Threshold, d.Action = 2, []string{"rate-limit", "drop", "challenge", "shadow"}[len(name)%4]
			c.Detectors[name] = d
		}
		c.Learn = 0
		c.Allow = []string{"192.0.2.0/24"}
	})
	streams := benchStreams()
	name := []byte("aGVsbG8gd29ybGQgdGhpcyBpcyBhIA.tunnel.example")
	i := 0
	if n := testing.AllocsPerRun(20_000, func() {
		for _, s := range streams {
			o := &s[i%len(s)]
			l.s.Observe(o)
			l.us = o.TimeUS
		}
		name[3] = byte('a' + i%26)
		f := FlowEnd{TimeUS: l.us, StartUS: l.us - 1000, Client: ip(uint32(i % 9)), Server: ip(server), Port: uint16(20 + i%80), IPVersion: 4,
			Proto: protoTCP, Established: true, ClientInside: true, BytesTS: 1000, BytesTC: 900}
		l.s.FlowEnd(&f)
		l.s.DNS(&DNS{TimeUS: l.us, Client: ip(client), Name: name, IPVersion: 4, Response: i%2 == 0, RCode: 3})
		l.s.Violation(&Violation{TimeUS: l.us, Src: ip(client), IPVersion: 4})
		l.s.Failure(&Failure{TimeUS: l.us, Client: ip(client), Server: ip(server), Port: uint16(i), IPVersion: 4, Proto: protoTCP})
		l.s.Apply(&Command{Op: Op(1 + i%2), Addr: ip(uint32(i)), Bits: 32, IPVersion: 4, TTLUS: 1000})
		l.s.Tick(l.us)
		l.s.ResetFindings()
		i++
	}); n != 0 {
		t.Errorf("%v allocations a round", n)
	}
	if l.s.Stats.Findings < 10 || l.s.Stats.Verdicts[RateLimited] == 0 || l.s.Stats.Verdicts[Challenge] == 0 {
		t.Errorf("the test did not reach what it is about: %+v", l.s.Stats)
	}
}
