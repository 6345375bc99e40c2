package caserun

import (
	"bytes"

	"github.com/google/gopacket/layers"

	"github.com/weir-ips/weir/internal/demo"
	"github.com/weir-ips/weir/internal/packetbuild"
)

// OwnCaptures are the captures that the cases of this package name.
var OwnCaptures = Captures{
	"demo":              demo.Build,
	"udp-exchange":      udpExchange,
	"fragmented-marker": fragmentedMarker,
	"many-fragments":    manyFragments,
	"dns-messages":      dnsMessages,
	"tls-session":       tlsSession,
	"firewall":          firewallMix,
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

// manyFragments: the marker in a datagram of five fragments.
func manyFragments() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	payload := append(bytes.Repeat([]byte("."), 140), "split-marker"...)
	for _, p := range packetbuild.Fragments(c.UDP("10.0.0.1:40000", "192.0.2.1:9999").Datagram(packetbuild.Client, payload), 77, 56) {
		c.IP(p, false)
	}
	return c.Frames()
}

// dnsMessages: a question and its answer, then an answer whose question was not
// seen, so that the flow begins at the server.
func dnsMessages() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	u := c.UDP("10.0.0.1:40000", "192.0.2.53:53")
	u.Send(packetbuild.Client, packetbuild.DNSQuery(1, "www.example.org", layers.DNSTypeA))
	u.Send(packetbuild.Server, packetbuild.DNSAnswer(1, "www.example.org", layers.DNSTypeA, "192.0.2.80"))
	v := c.UDP("10.0.0.1:40001", "192.0.2.53:53")
	v.Send(packetbuild.Server, packetbuild.DNSAnswer(2, "late.example.org", layers.DNSTypeA, "192.0.2.81"))
	v.Send(packetbuild.Client, packetbuild.DNSQuery(3, "next.example.org", layers.DNSTypeA))
	return c.Frames()
}

// tlsSession: hellos of both sides, then records of application data that hold
// "marker".
func tlsSession() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	t := c.TCP("10.0.0.1:40000", "192.0.2.1:443")
	t.Handshake()
	send := func(from packetbuild.Side, data []byte) {
		t.Send(from, data)
		t.Ack(from.Peer())
	}
	send(packetbuild.Client, packetbuild.TLSClientHello("www.example.org", "h2"))
	send(packetbuild.Server, packetbuild.TLSServerHello())
	for range 2 {
		send(packetbuild.Server, packetbuild.TLSRecord(23, []byte("a marker from the server")))
		send(packetbuild.Client, packetbuild.TLSRecord(23, []byte("a marker from the client")))
	}
	t.Close()
	return c.Frames()
}

// firewallMix: what a firewall has to tell apart. ARP; a ping; a datagram to a
// port that is closed early, one to an open port and one to no port that a rule
// knows; a connection to a port that the stream stage is kept from; an HTTP
// exchange that is wanted, with its request in two segments, and one that is not.
func firewallMix() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	arp := append(bytes.Repeat([]byte{0xff}, 6), "\x02\x00\x00\x00\x00\x01\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01\x02\x00\x00\x00\x00\x01\x0a\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x00\x02\x01"...)
	c.Raw(append(arp, make([]byte, 18)...))
	c.Ping("10.0.0.1", "192.0.2.1", 1, 1, []byte("ping"))
	for _, port := range []string{"7", "9000", "9001"} {
		c.UDP("10.0.0.1:40000", "192.0.2.1:"+port).Send(packetbuild.Client, []byte("datagram"))
	}
	c.TCP("10.0.0.1:40001", "192.0.2.1:23").SYN()
	for i, path := range []string{"/good", "/evil"} {
		t := c.TCP("10.0.0.1:4010"+string(rune('0'+i)), "192.0.2.1:80")
		t.Handshake()
		req := packetbuild.HTTPRequest("GET", path, "example.com")
		t.Send(packetbuild.Client, req[:len(req)-4])
		t.Ack(packetbuild.Server)
		t.Send(packetbuild.Client, req[len(req)-4:])
		t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("hello")))
		t.Close()
	}
	return c.Frames()
}
