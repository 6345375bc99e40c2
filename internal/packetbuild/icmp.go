package packetbuild

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// ICMP sends one ICMP or ICMPv6 message, by the family of the addresses. rest is
// all that follows the checksum (RFC 792, RFC 4443): identifier and sequence
// number for an echo, four octets and the quoted datagram for an error.
func (c *Capture) ICMP(src, dst string, typ, code uint8, rest []byte, wraps ...Wrap) {
	a, b := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	rest = append(rest, make([]byte, max(0, 4-len(rest)))...)
	o := IPOptions{ID: c.nextID()}
	var d []byte
	if a.Is4() {
		h := &layers.ICMPv4{
			TypeCode: layers.CreateICMPv4TypeCode(typ, code),
			Id:       uint16(rest[0])<<8 | uint16(rest[1]), Seq: uint16(rest[2])<<8 | uint16(rest[3]),
		}
		d = datagram(a, b, layers.IPProtocolICMPv4, o, h, gopacket.Payload(rest[4:]))
	} else {
		h := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(typ, code)}
		d = datagram(a, b, layers.IPProtocolICMPv6, o, h, gopacket.Payload(rest))
	}
	c.IP(d, false, wraps...)
}

// Ping sends an echo request and its reply.
func (c *Capture) Ping(client, server string, id, seq uint16, data []byte, wraps ...Wrap) {
	request, reply := uint8(8), uint8(0)
	if !netip.MustParseAddr(client).Is4() {
		request, reply = 128, 129
	}
	rest := append([]byte{byte(id >> 8), byte(id), byte(seq >> 8), byte(seq)}, data...)
	c.ICMP(client, server, request, 0, rest, wraps...)
	c.ICMP(server, client, reply, 0, rest, wraps...)
}

// Unreachable sends a destination-unreachable error that quotes a datagram.
func (c *Capture) Unreachable(src, dst string, code uint8, datagram []byte) {
	typ := uint8(3)
	if !netip.MustParseAddr(src).Is4() {
		typ = 1
	}
	quoted := datagram[:min(len(datagram), 64)]
	c.ICMP(src, dst, typ, code, append(make([]byte, 4), quoted...))
}
