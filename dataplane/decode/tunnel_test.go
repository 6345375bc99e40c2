package decode

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/input"
)

// equalFacts compares two decoded packets; Frame and Outer must be nil.
func equalFacts(a, b *input.Packet) bool {
	x, y := *a, *b
	return factsOf(&x) == factsOf(&y)
}

// facts is the comparable part of input.Packet.
type facts struct {
	offs           [6]int32
	src, dst       [16]byte
	tcp            input.TCP
	embedded       input.Embedded
	events         input.EventSet
	vlan           [3]uint16
	etype          uint16
	small          [16]uint8
	mid            [10]uint32
	frag, bad, tun bool
	ports, icmp    bool
	timeUS         int64
	num            uint64
	link           input.LinkType
	source         input.Source
	dir            input.Dir
}

func factsOf(p *input.Packet) facts {
	return facts{
		offs: [6]int32{p.L2Off, p.L3Off, p.L4Off, p.PayloadOff, p.PayloadEnd, p.L3End},
		src:  p.Src, dst: p.Dst, tcp: p.TCP, embedded: p.Embedded, events: p.Events, vlan: p.VLAN, etype: p.EtherType,
		small: [16]uint8{p.Depth, p.VLANCount, p.IPVersion, p.Proto, p.TTL, p.TOS, p.FragBits, p.ICMPType, p.ICMPCode,
			uint8(p.L3CSum), uint8(p.L4CSum)},
		mid: [10]uint32{uint32(p.IPHLen), p.IPID, uint32(p.FragOff), uint32(p.SrcPort), uint32(p.DstPort), uint32(p.ICMPID),
			uint32(p.ICMPSeq), p.ICMPMTU, p.SCTPVTag, uint32(p.SCTPChunks)<<16 | uint32(p.IPOpts)},
		frag: p.Fragment, bad: p.Invalid, tun: p.Tunnel, ports: p.HasPorts, icmp: p.HasICMPID,
		timeUS: p.TimeUS, num: p.Num, link: p.Link, source: p.Source, dir: p.Dir,
	}
}

// tunnelFrames carry one UDP datagram to port 53 in every kind of tunnel.
func tunnelFrames() map[string][]byte {
	in4, in6 := ip4(17, udp(53, 'q')...), ip6(17, udp(53, 'q')...)
	mac := func(b []byte) []byte { return eth(header.EtherTypeIPv4, b...) }
	outer := func(proto uint8, parts ...[]byte) []byte {
		var b []byte
		for _, p := range parts {
			b = append(b, p...)
		}
		return eth(header.EtherTypeIPv4, ip4(proto, b...)...)
	}
	over6 := func(proto uint8, b []byte) []byte { return eth(header.EtherTypeIPv6, ip6(proto, b...)...) }
	raw := func(b ...byte) []byte { return b }
	gre := func(typ uint16, b []byte) []byte {
		return outer(47, raw(0, 0, byte(typ>>8), byte(typ)), b)
	}
	out := map[string][]byte{
		"4in4": outer(4, in4), "6in4": outer(41, in6), "4in6": over6(4, in4), "6in6": over6(41, in6),
		"gre4": gre(0x0800, in4), "gre6": gre(0x86dd, in6), "gre-ether": gre(0x6558, mac(in4)),
		"gre-key-seq-sum": outer(47, raw(0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2), in4),
		"gre-vlan":        gre(0x8100, append(raw(0, 7, 8, 0), in4...)),
		"pptp":            outer(47, raw(0x30, 0x01, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21), in4),
		"erspan1":         gre(0x88be, mac(in4)),
		"erspan2":         outer(47, raw(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0, 0, 0, 0, 0, 0), mac(in4)),
		"erspan3":         outer(47, raw(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), mac(in4)),
		"vxlan":           eth(0x0800, ip4(17, udp(4789, append(raw(8, 0, 0, 0, 0, 0, 1, 0), mac(in4)...)...)...)...),
		"geneve":          eth(0x0800, ip4(17, udp(6081, append(raw(1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0), in4...)...)...)...),
		"teredo":          eth(0x0800, ip4(17, udp(3544, in6...)...)...),
		"teredo-origin":   eth(0x0800, ip4(17, udp(3544, append(raw(0, 0, 1, 2, 3, 4, 5, 6), in6...)...)...)...),
	}
	return out
}

func TestTunnels(t *testing.T) {
	for name, frame := range tunnelFrames() {
		d := newDecoder(t)
		var p packet.Packet
		p.Port, p.Pair = 3, 1
		d.Decode(&p, frame, input.LinkEthernet, 5, 6)
		q := p.Inner
		if q == nil || p.Invalid || q.Invalid || !q.HasPorts || q.DstPort != 53 || string(q.Payload()) != "q" {
			t.Errorf("%s: events %v, inner %v", name, eventsOf(&p), q != nil)
			continue
		}
		if q.Source != input.SourceTunnel || q.Port != 3 || q.Pair != 1 || q.TimeUS != 5 || q.Num != 6 || q.Root() != &p || q.Handle != 0 {
			t.Errorf("%s: inner %+v", name, q.Packet)
		}
		check(t, &p)
	}
}

// TestLinksWithoutTunnel finds the datagram behind every header that makes no
// packet of its own.
func TestLinksWithoutTunnel(t *testing.T) {
	in4, in6 := ip4(17, udp(53, 'q')...), ip6(17, udp(53, 'q')...)
	pre := func(b []byte, head ...byte) []byte { return append(head, b...) }
	for name, c := range map[string]struct {
		link  input.LinkType
		frame []byte
		vlans uint8
	}{
		"qinqinq":    {input.LinkEthernet, eth(0x88a8, pre(in4, 0, 1, 0x91, 0, 0, 2, 0x81, 0, 0, 3, 8, 0)...), 3},
		"802.1ah":    {input.LinkEthernet, eth(0x88e7, append(make([]byte, 16), pre(in4, 8, 0)...)...), 0},
		"etag":       {input.LinkEthernet, eth(0x893f, pre(in6, 0, 0, 0, 0, 0, 0, 0x86, 0xdd)...), 0},
		"vntag":      {input.LinkEthernet, eth(0x8926, pre(in6, 0, 0, 0, 0, 0x86, 0xdd)...), 0},
		"fabricpath": {input.LinkEthernet, eth(0x8903, append([]byte{0, 0}, eth(0x0800, in4...)...)...), 0},
		"pppoe":      {input.LinkEthernet, eth(0x8864, pre(in4, 0x11, 0, 0, 1, 0, 31, 0, 0x21)...), 0},
		"pppoe-pfc":  {input.LinkEthernet, eth(0x8864, pre(in6, 0x11, 0, 0, 1, 0, 50, 0x57)...), 0},
		"mpls":       {input.LinkEthernet, eth(0x8847, pre(in4, 1, 0, 0, 64, 1, 0, 1, 64)...), 0},
		"mpls-null6": {input.LinkEthernet, eth(0x8847, pre(in6, 0, 0, 0x21, 64)...), 0},
		"mpls-pw":    {input.LinkEthernet, eth(0x8847, pre(eth(0x0800, in4...), 1, 0, 1, 64, 0, 0, 0, 0)...), 0},
		"nsh":        {input.LinkEthernet, eth(0x894f, pre(in4, 0, 2, 2, 1, 0, 0, 0, 0)...), 0},
		"raw4":       {input.LinkRaw, in4, 0},
		"raw6":       {input.LinkRaw, in6, 0},
		"ipv4":       {input.LinkIPv4, in4, 0},
		"ipv6":       {input.LinkIPv6, in6, 0},
		"null":       {input.LinkNull, pre(in4, 2, 0, 0, 0), 0},
		"loop":       {input.LinkLoop, pre(in6, 0, 0, 0, 30), 0},
		"ppp":        {input.LinkPPP, pre(in4, 0xff, 3, 0, 0x21), 0},
		"ppp-pfc":    {input.LinkPPP, pre(in6, 0x57), 0},
		"chdlc":      {input.LinkCHDLC, pre(in4, 0x0f, 0, 8, 0), 0},
		"sll":        {input.LinkSLL, append(make([]byte, 14), pre(in4, 8, 0)...), 0},
		"sll2":       {input.LinkSLL2, append(append([]byte{0x86, 0xdd}, make([]byte, 18)...), in6...), 0},
	} {
		d := newDecoder(t)
		var p packet.Packet
		d.Decode(&p, c.frame, c.link, 0, 1)
		if p.Invalid || p.DstPort != 53 || string(p.Payload()) != "q" || p.VLANCount != c.vlans || p.Inner != nil {
			t.Errorf("%s: events %v, port %d, %d tags", name, eventsOf(&p), p.DstPort, p.VLANCount)
		}
		check(t, &p)
	}
}

// TestLayerLimit nests datagrams deeper than allowed.
func TestLayerLimit(t *testing.T) {
	b := ip4(17, udp(53)...)
	for range 20 {
		b = ip4(4, b...)
	}
	d := newDecoder(t)
	var p packet.Packet
	d.Decode(&p, b, input.LinkRaw, 0, 1)
	n, last := 0, &p
	for q := &p; q != nil; q = q.Inner {
		n, last = n+1, q
	}
	// Each tunnel counts, and so does each IP header.
	if n != d.maxLayers/2 || !last.Events.Has(input.DecodeTooManyLayers) || !last.Invalid {
		t.Errorf("%d packets deep, %v", n, eventsOf(&p))
	}
}

// TestPoolEmpty marks what could not be looked into.
func TestPoolEmpty(t *testing.T) {
	d := newDecoder(t)
	for range packet.PoolSize {
		d.pool.Get()
	}
	var p packet.Packet
	d.Decode(&p, tunnelFrames()["4in4"], input.LinkEthernet, 0, 1)
	if !p.Unseen || p.Tunnel || p.Inner != nil {
		t.Error("an unseen packet is not marked")
	}
}

func TestNoAllocs(t *testing.T) {
	d := newDecoder(t)
	var p packet.Packet
	frames := tunnelFrames()
	frames["udp"], frames["syn"] = udp64(), tcpFrames()[0].Data
	c := packetbuild.NewCapture()
	c.Ping("10.0.0.1", "10.0.0.2", 1, 2, nil)
	frames["ping"] = c.Frames()[0].Data
	frames["options"] = eth(0x0800, ip4opt(7, 7, 4, 0, 0, 0, 0, 1)...)
	for name, frame := range frames {
		if n := testing.AllocsPerRun(100, func() {
			d.Decode(&p, frame, input.LinkEthernet, 0, 1)
			d.pool.Reset()
			CheckL3(&p.Packet)
			CheckL4(&p.Packet)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
