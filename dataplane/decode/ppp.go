package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// PPP protocol numbers (IANA) that carry what is looked at.
const (
	pppIPv4    = 0x0021
	pppVJUncmp = 0x002f
	pppIPv6    = 0x0057
)

// PPPoE (RFC 2516 §4).
const (
	pppoeSize = 6
	pppoeLen  = 4
	padi      = 0x09
	pado      = 0x07
	padr      = 0x19
	pads      = 0x65
	padt      = 0xa7
)

func (d *Decoder) pppoeDiscovery(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < pppoeSize {
		invalid(p, input.DecodePPPoEPktTooSmall)
		return
	}
	switch b[1] {
	case padi, pado, padr, pads, padt:
	default:
		invalid(p, input.DecodePPPoEWrongCode)
		return
	}
	if int(binary.BigEndian.Uint16(b[pppoeLen:])) > len(b)-pppoeSize {
		invalid(p, input.DecodePPPoEMalformedTags)
	}
}

func (d *Decoder) pppoeSession(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < pppoeSize+1 {
		invalid(p, input.DecodePPPoEPktTooSmall)
		return
	}
	if binary.BigEndian.Uint16(b[pppoeLen:]) == 0 {
		return
	}
	proto, n := pppProtocol(b[pppoeSize:])
	if n == 0 {
		invalid(p, input.DecodePPPoEPktTooSmall)
		return
	}
	d.pppPayload(p, proto, off+pppoeSize+n, end, input.DecodePPPIP4PktTooSmall)
}

// ppp decodes PPP, with an HDLC address and control field or without (RFC 1662
// §3.1).
func (d *Decoder) ppp(p *packet.Packet, off, end int) bool {
	b := p.Frame[off:end]
	at := 0
	if len(b) > 0 && b[0] == 0xff {
		at = 2
	}
	var proto uint16
	n := 0
	if at < len(b) {
		proto, n = pppProtocol(b[at:])
	}
	if n == 0 {
		invalid(p, input.DecodePPPPktTooSmall)
		return false
	}
	if !d.layer(p) {
		return false
	}
	small := input.EventID(input.DecodePPPIP4PktTooSmall)
	if n == 1 {
		small = input.DecodePPPVJUPktTooSmall
	}
	return d.pppPayload(p, proto, off+at+n, end, small)
}

// pppProtocol reads a protocol field, compressed to one octet when its lowest
// bit is set (RFC 1661 §2), and its size; 0 when it is cut.
func pppProtocol(b []byte) (proto uint16, n int) {
	switch {
	case len(b) > 0 && b[0]&1 != 0:
		return uint16(b[0]), 1
	case len(b) > 1:
		return binary.BigEndian.Uint16(b), 2
	}
	return 0, 0
}

// pppPayload decodes what a PPP protocol number announces; small4 is the event
// for an IPv4 packet that is cut.
func (d *Decoder) pppPayload(p *packet.Packet, proto uint16, off, end int, small4 input.EventID) bool {
	n := end - off
	switch proto {
	case pppIPv4:
		p.EtherType = header.EtherTypeIPv4
		if n < header.IPv4MinSize {
			invalid(p, small4)
			return false
		}
		return d.ipv4(p, off, end)
	case pppIPv6:
		p.EtherType = header.EtherTypeIPv6
		if n < header.IPv6Size {
			invalid(p, input.DecodePPPIP6PktTooSmall)
			return false
		}
		return d.ipv6(p, off, end)
	case pppVJUncmp:
		p.EtherType = header.EtherTypeIPv4
		if n < header.IPv4MinSize {
			invalid(p, input.DecodePPPVJUPktTooSmall)
			return false
		}
		if p.Frame[off]>>4 != 4 {
			return false
		}
		return d.vjUncompressed(p, off, end)
	}
	switch pppKind(proto) {
	case pppUnsupported:
		p.Events.Set(input.DecodePPPUnsupProto)
	case pppUnknown:
		invalid(p, input.DecodePPPWrongType)
	}
	return true
}

// vjUncompressed decodes a TCP/IP packet whose protocol field holds a
// connection slot instead of 6 (RFC 1144 §3.2.3).
func (d *Decoder) vjUncompressed(p *packet.Packet, off, end int) bool {
	p.VJ = true
	return d.ipv4(p, off, end)
}

type pppClass uint8

const (
	pppUnknown pppClass = iota
	pppControl
	pppUnsupported
)

// pppKind tells the control protocols that are fine from payload protocols that
// cannot be looked into, and both from what is none.
func pppKind(proto uint16) pppClass {
	switch proto {
	case 0x8021, // IPCP
		0x8057, // IPV6CP
		0x80fd, // CCP
		0x8207, // CDPCP
		0xc021, // LCP
		0xc023, // PAP
		0xc025, // LQM
		0xc029, // CBCP
		0xc223, // CHAP
		0x00fd: // compressed datagram
		return pppControl
	case 0x0023, // OSI
		0x0025,                                                         // XNS
		0x0027,                                                         // DECnet
		0x0029,                                                         // AppleTalk
		0x002b,                                                         // IPX
		0x002d,                                                         // VJ compressed TCP/IP
		0x0031,                                                         // bridging
		0x0033,                                                         // ST-II
		0x0035,                                                         // VINES
		0x0201,                                                         // 802.1D hello
		0x0231,                                                         // Luxcom
		0x0233,                                                         // Sigma
		0x0281,                                                         // MPLS unicast
		0x0283,                                                         // MPLS multicast
		0x8023, 0x8025, 0x8027, 0x8029, 0x802b, 0x8033, 0x8035, 0x8281: // their control protocols
		return pppUnsupported
	}
	return pppUnknown
}
