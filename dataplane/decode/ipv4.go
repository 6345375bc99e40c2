package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// ipv4 decodes an IPv4 datagram. From here on nothing looks behind the total
// length: what stands there is padding that no receiver reads.
func (d *Decoder) ipv4(p *packet.Packet, off, end int) bool {
	if !d.layer(p) {
		return false
	}
	b := header.IPv4(p.Frame[off:end])
	if len(b) < header.IPv4MinSize {
		invalid(p, input.DecodeIPv4PktTooSmall)
		return false
	}
	if b.Version() != 4 {
		invalid(p, input.DecodeIPv4WrongIPVersion)
		return false
	}
	hlen, total := b.HeaderLen(), b.TotalLen()
	if hlen < header.IPv4MinSize || total < hlen || total > len(b) {
		switch {
		case hlen < header.IPv4MinSize:
			invalid(p, input.DecodeIPv4HLenTooSmall)
		case total < hlen:
			invalid(p, input.DecodeIPv4IPLenSmallerThanHLen)
		default:
			invalid(p, input.DecodeIPv4TruncPkt)
		}
		return false
	}
	if hlen > header.IPv4MinSize && !ipv4Options(p, b[header.IPv4MinSize:hlen]) {
		return false
	}
	end = off + total
	p.L3Off, p.L3End = int32(off), int32(end)
	p.IPVersion = 4
	p.IPHLen = uint16(hlen)
	p.TOS, p.TTL, p.Proto = b.TOS(), b.TTL(), b.Protocol()
	p.IPID = uint32(b.ID())
	*(*[4]byte)(p.Src[:]) = [4]byte(b.Src())
	*(*[4]byte)(p.Dst[:]) = [4]byte(b.Dst())
	if word := b.FragWord(); word != 0 {
		p.FragOff = word & 0x1fff * 8
		p.FragBits = fragBits(word)
		if word&0x3fff != 0 {
			p.Fragment = true
			return true
		}
	}
	off += hlen
	switch p.Proto {
	case header.ProtoTCP:
		d.tcp(p, off, end)
	case header.ProtoUDP:
		d.udp(p, off, end)
	case header.ProtoICMP:
		d.icmp4(p, off, end)
	case header.ProtoSCTP:
		d.sctp(p, off, end)
	case header.ProtoGRE:
		d.gre(p, off, end)
	case header.ProtoESP:
		d.esp(p, off, end)
	case header.ProtoIPv6:
		d.tunnel(p, off, end, contentIPv6)
	case header.ProtoIPIP:
		d.tunnel(p, off, end, contentIPv4)
	case header.ProtoIGMP:
		d.igmp(p, off, end)
	case header.ProtoICMPv6:
		invalid(p, input.DecodeIPv4ICMPv6)
	case header.ProtoHopOpts:
		if p.VJ {
			d.tcp(p, off, end)
			p.Proto = header.ProtoTCP
		}
	default:
		p.Events.Set(input.DecodeIPv4UnknownProtocol)
	}
	return true
}

// fragBits turns the three flags of the fragment word into Packet.FragBits.
func fragBits(word uint16) (bits uint8) {
	if word&0x2000 != 0 {
		bits = input.FragMore
	}
	if word&0x4000 != 0 {
		bits |= input.FragDont
	}
	if word&0x8000 != 0 {
		bits |= input.FragReserved
	}
	return bits
}
