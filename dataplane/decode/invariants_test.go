package decode

import (
	"bytes"
	"slices"
	"testing"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// check holds what must be true of any decoded packet and what it carries.
func check(t *testing.T, p *packet.Packet) {
	t.Helper()
	for depth := 0; p != nil; p, depth = p.Inner, depth+1 {
		n := int32(len(p.Frame))
		if int(p.Depth) != depth || (depth > 0) != (p.Outer != nil && p.Carrier != nil) || depth > 16 {
			t.Fatalf("depth %d is marked %d, outer %v", depth, p.Depth, p.Outer != nil)
		}
		if p.L2Off < 0 || p.L3Off < 0 || p.L3End > n || p.L3Off > p.L3End || p.L2Off > p.L3Off && p.L3Off != 0 {
			t.Fatalf("link %d, IP %d..%d of %d", p.L2Off, p.L3Off, p.L3End, n)
		}
		if p.IPVersion == 0 && (p.L4Off != 0 || p.PayloadOff != 0 || p.L3End != 0 && p.EtherType != header.EtherTypeARP) {
			t.Fatalf("transport without IP: %+v", p.Packet)
		}
		if p.L4Off != 0 && (p.L4Off < p.L3Off+int32(p.IPHLen) || p.L4Off > p.L3End) {
			t.Fatalf("transport at %d of IP %d+%d..%d", p.L4Off, p.L3Off, p.IPHLen, p.L3End)
		}
		if p.PayloadOff != 0 && (p.L4Off == 0 || p.PayloadOff < p.L4Off || p.PayloadOff > p.PayloadEnd || p.PayloadEnd > p.L3End) {
			t.Fatalf("payload %d..%d, transport %d, IP end %d", p.PayloadOff, p.PayloadEnd, p.L4Off, p.L3End)
		}
		if s := p.TCP.SACKOff; s != 0 && (s < p.L4Off || s+int32(p.TCP.SACKLen) > p.PayloadOff) {
			t.Fatalf("SACK at %d+%d, transport %d..%d", s, p.TCP.SACKLen, p.L4Off, p.PayloadOff)
		}
		if p.Tunnel != (p.Inner != nil) {
			t.Fatal("marked as a tunnel without a packet inside, or not marked")
		}
		if p.Inner != nil && !bytes.Contains(p.Frame, p.Inner.Frame) {
			t.Fatal("the inner packet lies outside")
		}
		_, _, _ = p.Payload(), p.L3(), p.L4()
		CheckL3(&p.Packet)
		CheckL4(&p.Packet)
	}
}

// same compares two chains of packets but for the checksums looked up since.
func same(t *testing.T, a, b *packet.Packet) {
	t.Helper()
	for ; a != nil && b != nil; a, b = a.Inner, b.Inner {
		x, y := a.Packet, b.Packet
		if !bytes.Equal(x.Frame, y.Frame) {
			t.Fatal("frames differ")
		}
		x.Frame, y.Frame, x.Outer, y.Outer = nil, nil, nil, nil
		x.L3CSum, x.L4CSum, y.L3CSum, y.L4CSum = 0, 0, 0, 0
		if !equalFacts(&x, &y) || a.Layers != b.Layers || a.FragHdrOff != b.FragHdrOff ||
			a.FragNextOff != b.FragNextOff || a.Unseen != b.Unseen || a.VJ != b.VJ {
			t.Fatalf("the same octets decode differently:\n%+v\n%+v", x, y)
		}
	}
	if (a == nil) != (b == nil) {
		t.Fatal("one has more inside")
	}
}

var links = []input.LinkType{
	input.LinkEthernet, input.LinkRaw, input.LinkNull, input.LinkLoop, input.LinkPPP, input.LinkCHDLC,
	input.LinkSLL, input.LinkSLL2, input.LinkIPv4, input.LinkIPv6,
}

// FuzzDecode decodes any octets as a frame of any link type, into a clean packet
// and into one that has seen another.
func FuzzDecode(f *testing.F) {
	for i := range links {
		f.Add(uint8(i), udp64())
	}
	for _, frame := range tunnelFrames() {
		f.Add(uint8(0), frame)
	}
	for _, frame := range checksumFrames() {
		f.Add(uint8(0), frame)
		f.Add(uint8(1), frame[14:])
		f.Add(uint8(4), append([]byte{0x21}, frame[14:]...))
	}
	for _, c := range append(firstEvents(), moreEvents()...) {
		f.Add(uint8(slices.Index(links, c.link)), c.frame)
	}
	d1, d2 := newDecoder(f), newDecoder(f)
	dirty := [][]byte{
		tcpFrames()[0].Data,
		eth(header.EtherTypeIPv6, ip6(44, 17, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8)...),
		eth(header.EtherTypeIPv4, ip4(1, append([]byte{3, 0, 0, 0, 0, 0, 0, 0}, ip4(17, udp(53)...)...)...)...),
		eth(header.EtherTypeIPv6, ip6(58, append([]byte{2, 0, 0, 0, 0, 0, 5, 0}, ip6(17, udp(53)...)...)...)...),
		eth(header.EtherTypeIPv4, ip4opt(7, 7, 4, 0, 0, 0, 0, 1)...),
		sctpFrame(1, 3, 0, 0, 4),
		tunnelFrames()["erspan2"],
	}
	f.Fuzz(func(t *testing.T, which uint8, in []byte) {
		link := links[int(which)%len(links)]
		// A buffer of exactly this size shows reads behind it.
		frame := bytes.Clone(in)
		frame = frame[:len(frame):len(frame)]
		var a, b packet.Packet
		d1.pool.Reset()
		d2.pool.Reset()
		d1.Decode(&a, frame, link, 1, 1)
		check(t, &a)
		for _, frame := range dirty {
			d2.Decode(&b, frame, input.LinkEthernet, 9, 9)
		}
		d2.Decode(&b, frame, link, 1, 1)
		same(t, &a, &b)
	})
}
