package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// packetBuffer is a packet-level buffer other than payload and stream; ok is
// false when the packet has none.
func (e *Engine) packetBuffer(id buf.ID, p *input.Packet) ([]byte, bool) {
	switch id {
	case buf.EtherHdr:
		if p.Link != input.LinkEthernet || len(p.Frame) < int(p.L2Off)+14 {
			return nil, false
		}
		return p.Frame[p.L2Off : p.L2Off+14], true
	case buf.IPv4Hdr:
		if p.IPVersion != 4 {
			return nil, false
		}
		return p.Frame[p.L3Off : p.L3Off+int32(p.IPHLen)], true
	case buf.IPv6Hdr:
		if p.IPVersion != 6 {
			return nil, false
		}
		return p.Frame[p.L3Off : p.L3Off+int32(p.IPHLen)], true
	case buf.TCPHdr:
		return header(p, 6)
	case buf.UDPHdr:
		return header(p, 17)
	case buf.ICMPv4Hdr:
		return header(p, 1)
	case buf.ICMPv6Hdr:
		// All eight octets that messages begin with (RFC 4443 §2.1), also where the
		// second word belongs to the body.
		if p.Proto != 58 || p.L4Off <= 0 || p.L3End-p.L4Off < 8 {
			return nil, false
		}
		return p.Frame[p.L4Off : p.L4Off+8], true
	case buf.SCTPHdr:
		// The common header and all chunks.
		if p.Proto != 132 || p.L4Off <= 0 {
			return nil, false
		}
		return p.L4(), true
	case buf.IGMPHdr:
		if p.Proto != 2 || p.L4Off == 0 {
			return nil, false
		}
		return p.L4(), true
	case buf.SrcAddr, buf.DstAddr:
		a := &p.Src
		if id == buf.DstAddr {
			a = &p.Dst
		}
		switch p.IPVersion {
		case 4:
			return a[:4], true
		case 6:
			return a[:], true
		}
	}
	return nil, false
}

// header is the transport header of a packet of protocol proto.
func header(p *input.Packet, proto uint8) ([]byte, bool) {
	if p.Proto != proto || p.L4Off <= 0 || p.PayloadOff < p.L4Off {
		return nil, false
	}
	return p.Frame[p.L4Off:p.PayloadOff], true
}
