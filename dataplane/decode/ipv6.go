package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// ipv6 decodes an IPv6 datagram, clipped to its payload length.
func (d *Decoder) ipv6(p *packet.Packet, off, end int) bool {
	if !d.layer(p) {
		return false
	}
	b := header.IPv6(p.Frame[off:end])
	if len(b) < header.IPv6Size {
		invalid(p, input.DecodeIPv6PktTooSmall)
		return false
	}
	if b.Version() != 6 {
		invalid(p, input.DecodeIPv6WrongIPVersion)
		return false
	}
	total := header.IPv6Size + b.PayloadLen()
	if total > len(b) {
		invalid(p, input.DecodeIPv6TruncPkt)
		return false
	}
	end = off + total
	p.L3Off, p.L3End = int32(off), int32(end)
	p.IPVersion = 6
	p.IPHLen = header.IPv6Size
	p.TOS, p.TTL, p.Proto = b.TrafficClass(), b.HopLimit(), b.NextHeader()
	p.Src, p.Dst = [16]byte(b.Src()), [16]byte(b.Dst())
	off += header.IPv6Size
	switch p.Proto {
	case header.ProtoTCP:
		d.tcp(p, off, end)
	case header.ProtoUDP:
		d.udp(p, off, end)
	default:
		d.ipv6Chain(p, off, end)
	}
	return true
}

// ipv6Chain walks the extension headers up to the transport header.
func (d *Decoder) ipv6Chain(p *packet.Packet, off, end int) {
	var seen extSeen
	next := p.Proto
	nextOff := int(p.L3Off) + 6
	first := off
	for {
		p.Proto = next
		p.IPHLen = uint16(off - int(p.L3Off))
		n := end - off
		if next == header.ProtoNone {
			if n > 0 {
				p.Events.Set(input.DecodeIPv6DataAfterNoneHeader)
			}
			return
		}
		if !isExtension(next) {
			if off != first && n < 2 {
				invalid(p, input.DecodeIPv6TruncExtHdr)
				return
			}
			d.ipv6Upper(p, off, end)
			return
		}
		if n < 2 {
			invalid(p, input.DecodeIPv6TruncExtHdr)
			return
		}
		size := extSize(next, p.Frame[off:end])
		if size > n {
			invalid(p, input.DecodeIPv6TruncExtHdr)
			return
		}
		if !seen.check(p, next, off, off+size, nextOff, end) {
			return
		}
		next, nextOff = p.Frame[off], off
		off += size
	}
}

// ipv6Upper decodes what ends the chain.
func (d *Decoder) ipv6Upper(p *packet.Packet, off, end int) {
	switch p.Proto {
	case header.ProtoTCP:
		d.tcp(p, off, end)
	case header.ProtoUDP:
		d.udp(p, off, end)
	case header.ProtoICMPv6:
		d.icmp6(p, off, end)
	case header.ProtoSCTP:
		d.sctp(p, off, end)
	case header.ProtoESP:
		d.esp(p, off, end)
	case header.ProtoGRE:
		d.gre(p, off, end)
	case header.ProtoIPIP:
		d.inIPv6(p, off, end, 4)
	case header.ProtoIPv6:
		d.inIPv6(p, off, end, 6)
	case header.ProtoICMP:
		p.Events.Set(input.DecodeIPv6ICMPv4)
	default:
		p.Events.Set(input.DecodeIPv6UnknownNextHeader)
	}
}

// inIPv6 decodes IPv4 or IPv6 in IPv6 (RFC 2473).
func (d *Decoder) inIPv6(p *packet.Packet, off, end int, version uint8) {
	c, size := contentIPv4, header.IPv4MinSize
	small, wrong := input.DecodeIPv6IPv4InIPv6TooSmall, input.DecodeIPv6IPv4InIPv6WrongVersion
	if version == 6 {
		c, size = contentIPv6, header.IPv6Size
		small, wrong = input.DecodeIPv6IPv6InIPv6TooSmall, input.DecodeIPv6IPv6InIPv6WrongVersion
	}
	switch {
	case end-off < size:
		invalid(p, small)
	case p.Frame[off]>>4 != version:
		invalid(p, wrong)
	default:
		d.tunnel(p, off, end, c)
	}
}
