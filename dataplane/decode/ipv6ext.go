package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// isExtension reports whether another header follows this one.
func isExtension(proto uint8) bool {
	switch proto {
	case header.ProtoHopOpts, header.ProtoRouting, header.ProtoFragment, header.ProtoAH,
		header.ProtoDstOpts, header.ProtoMobility, header.ProtoHIP, header.ProtoShim6:
		return true
	}
	return false
}

// extSize is the extension header's length; b holds at least two octets.
func extSize(proto uint8, b []byte) int {
	switch proto {
	case header.ProtoFragment:
		return header.IPv6FragmentSize
	case header.ProtoAH:
		return max(header.AH(b).Len(), header.AHMinSize)
	}
	return header.IPv6Ext(b).Len()
}

// extSeen counts the extension headers of one packet: most may come once
// (RFC 8200 §4.1).
type extSeen struct{ hop, dst, routing, fragment, ah int }

// check looks at the extension header Frame[off:next]. False: this is a fragment
// and the rest is for defrag. nextOff is where the header was announced.
func (s *extSeen) check(p *packet.Packet, proto uint8, off, next, nextOff, end int) bool {
	b := p.Frame[off:next]
	switch proto {
	case header.ProtoHopOpts:
		if s.hop++; s.hop > 1 {
			p.Events.Set(input.DecodeIPv6ExtHdrDuplHH)
			break
		}
		ipv6Options(p, b[2:], input.DecodeIPv6HopOptsUnknownOpt, input.DecodeIPv6HopOptsOnlyPadding)
	case header.ProtoDstOpts:
		// Once before a routing header, once before the upper layer.
		if s.dst++; s.dst > 2 {
			p.Events.Set(input.DecodeIPv6ExtHdrDuplDH)
			break
		}
		ipv6Options(p, b[2:], input.DecodeIPv6DstOptsUnknownOpt, input.DecodeIPv6DstOptsOnlyPadding)
	case header.ProtoRouting:
		if s.routing++; s.routing > 1 {
			p.Events.Set(input.DecodeIPv6ExtHdrDuplRH)
			break
		}
		// RFC 5095: type 0 lets anyone bounce traffic between hosts.
		if b[2] == 0 {
			p.Events.Set(input.DecodeIPv6RHType0)
		}
	case header.ProtoAH:
		if header.AH(b).Reserved() != 0 {
			p.Events.Set(input.DecodeIPv6ExtHdrAHResNotNull)
		}
		if s.ah++; s.ah > 1 {
			p.Events.Set(input.DecodeIPv6ExtHdrDuplAH)
		}
	case header.ProtoFragment:
		return s.fragmentHeader(p, b, off, nextOff, end)
	}
	return true
}

func (s *extSeen) fragmentHeader(p *packet.Packet, b header.IPv6Fragment, off, nextOff, end int) bool {
	if b.Reserved() != 0 {
		p.Events.Set(input.DecodeIPv6FHNonZeroReservedField)
	}
	if s.fragment++; s.fragment > 1 {
		p.Events.Set(input.DecodeIPv6ExtHdrDuplFH)
		return true
	}
	p.IPID = b.ID()
	p.FragOff = uint16(b.Offset())
	if b.More() {
		p.FragBits = input.FragMore
	}
	if !b.More() && b.Offset() == 0 {
		// An atomic fragment (RFC 6946) is whole.
		p.Events.Set(input.DecodeIPv6ExtHdrUselessFH)
		return true
	}
	if b.More() && (end-off)%8 != 0 {
		p.Events.Set(input.DecodeIPv6FragInvalidLength)
	}
	p.Fragment = true
	p.FragHdrOff, p.FragNextOff = int32(off), int32(nextOff)
	return false
}

// IPv6 option types (IANA) and the octets that each needs.
const (
	ip6OptPad1  = 0x00
	ip6OptPadN  = 0x01
	ip6OptRA    = 0x05
	ip6OptJumbo = 0xc2
	ip6OptHAO   = 0xc9
)

// ipv6Options checks the options of a hop-by-hop or destination header.
func ipv6Options(p *packet.Packet, b []byte, unknown, padding input.EventID) {
	pads, others := 0, 0
walk:
	for len(b) > 0 {
		if b[0] == ip6OptPad1 {
			pads++
			b = b[1:]
			continue
		}
		if len(b) < 2 || 2+int(b[1]) > len(b) {
			invalid(p, input.DecodeIPv6ExtHdrInvalidOptlen)
			break
		}
		n, least := int(b[1]), 0
		switch b[0] {
		case ip6OptPadN:
			pads++
			if n == 0 {
				p.Events.Set(input.DecodeIPv6ZeroLenPadN)
			}
		case ip6OptRA:
			least = 2
			others++
		case ip6OptJumbo:
			least = 4
		case ip6OptHAO:
			least = 16
			others++
		default:
			p.Events.Set(unknown)
			others++
		}
		if n < least {
			invalid(p, input.DecodeIPv6ExtHdrInvalidOptlen)
			if b[0] != ip6OptJumbo {
				others--
			}
			break walk
		}
		b = b[2+n:]
	}
	if pads > 0 && others == 0 {
		p.Events.Set(padding)
	}
}
