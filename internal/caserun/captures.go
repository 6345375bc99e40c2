package caserun

import (
	"bytes"

	"github.com/weir-ips/weir/internal/demo"
	"github.com/weir-ips/weir/internal/packetbuild"
)

// OwnCaptures are the captures that the cases of this package name.
var OwnCaptures = Captures{
	"demo":              demo.Build,
	"udp-exchange":      udpExchange,
	"fragmented-marker": fragmentedMarker,
}

// udpExchange: a clean datagram and its answer, then one with "evil" in it and
// two that follow on the same flow.
func udpExchange() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	u := c.UDP("10.0.0.1:40000", "192.0.2.1:9999")
	u.Send(packetbuild.Client, []byte("a clean question"))
	u.Send(packetbuild.Server, []byte("a clean answer"))
	u.Send(packetbuild.Client, []byte("an evil question"))
	u.Send(packetbuild.Server, []byte("an answer after it"))
	u.Send(packetbuild.Client, []byte("the next clean question"))
	return c.Frames()
}

// fragmentedMarker: a datagram whose marker is spread over two fragments, with
// IPv4 in the wrong order and with IPv6 in the right one.
func fragmentedMarker() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	payload := append(bytes.Repeat([]byte("."), 40), "split-marker"...) // the cut is at 48-8
	for i, ends := range [][2]string{{"10.0.0.1:40000", "192.0.2.1:9999"}, {"[2001:db8::1]:40000", "[2001:db8::2]:9999"}} {
		parts := packetbuild.Fragments(c.UDP(ends[0], ends[1]).Datagram(packetbuild.Client, payload), 77, 56)
		if i == 0 {
			parts[0], parts[1] = parts[1], parts[0]
		}
		for _, p := range parts {
			c.IP(p, false)
		}
	}
	return c.Frames()
}
