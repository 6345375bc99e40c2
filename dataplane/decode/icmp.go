package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// ICMP message types (RFC 792, RFC 950, RFC 1256) and the highest code of those
// that have several.
const (
	icmpEchoReply     = 0
	icmpUnreach       = 3
	icmpQuench        = 4
	icmpRedirect      = 5
	icmpEcho          = 8
	icmpRouterAdvert  = 9
	icmpTimeExceeded  = 11
	icmpParamProblem  = 12
	icmpTimestamp     = 13
	icmpTimestampRepl = 14
	icmpInfo          = 15
	icmpInfoReply     = 16
	icmpMask          = 17
	icmpMaskReply     = 18

	icmpUnreachMax  = 15
	icmpRedirectMax = 3
	icmpTimeMax     = 1

	// icmpTimestamps are the three times behind the header.
	icmpTimestamps = 12
)

func (d *Decoder) icmp4(p *packet.Packet, off, end int) {
	b := header.ICMP(p.Frame[off:end])
	if len(b) < header.ICMPSize {
		invalid(p, input.DecodeICMPv4PktTooSmall)
		return
	}
	typ, code := b.Type(), b.Code()
	p.L4Off = int32(off)
	p.ICMPType, p.ICMPCode = typ, code
	hlen, most := header.ICMPSize, uint8(0)
	failure := false
	switch typ {
	case icmpEcho, icmpEchoReply, icmpInfo, icmpInfoReply, icmpMask, icmpMaskReply:
		p.HasICMPID, p.ICMPID, p.ICMPSeq = true, b.ID(), b.Seq()
	case icmpTimestamp, icmpTimestampRepl:
		p.HasICMPID, p.ICMPID, p.ICMPSeq = true, b.ID(), b.Seq()
		if len(b) < header.ICMPSize+icmpTimestamps {
			p.Events.Set(input.DecodeICMPv4IPv4TruncPkt)
		} else {
			hlen += icmpTimestamps
		}
	case icmpRouterAdvert:
		most = 255
		// RFC 1256 §3: so many entries of so many words.
		if n := int(b[4]) * int(b[5]) * 4; len(b) < header.ICMPSize+n {
			p.Events.Set(input.DecodeICMPv4IPv4TruncPkt)
		} else {
			hlen += n
		}
	case icmpUnreach:
		failure, most = true, icmpUnreachMax
	case icmpRedirect:
		failure, most = true, icmpRedirectMax
	case icmpTimeExceeded:
		failure, most = true, icmpTimeMax
	case icmpQuench, icmpParamProblem:
		failure = true
	default:
		most = 255
		p.Events.Set(input.DecodeICMPv4UnknownType)
	}
	payload(p, off+hlen, end)
	if code > most {
		p.Events.Set(input.DecodeICMPv4UnknownCode)
		return
	}
	if failure && (len(b) > header.ICMPSize || typ == icmpQuench) {
		embedded4(p, b[header.ICMPSize:])
	}
}

// embedded4 reads the tuple of the datagram that an ICMP error quotes.
func embedded4(p *packet.Packet, q []byte) {
	b := header.IPv4(q)
	if len(b) < header.IPv4MinSize {
		invalid(p, input.DecodeICMPv4IPv4TruncPkt)
		return
	}
	if b.Version() != 4 {
		invalid(p, input.DecodeICMPv4IPv4UnknownVer)
		return
	}
	hlen := b.HeaderLen()
	if hlen < header.IPv4MinSize || hlen > len(b) {
		return
	}
	e := &p.Embedded
	e.Proto = b.Protocol()
	copy(e.Src[:], b.Src())
	copy(e.Dst[:], b.Dst())
	// Only the first fragment has ports.
	embeddedPorts(e, b[hlen:], b.FragOffset() == 0)
}

// embeddedPorts completes the quoted tuple with ports where the protocol has
// them.
func embeddedPorts(e *input.Embedded, b []byte, first bool) {
	switch e.Proto {
	case header.ProtoTCP, header.ProtoUDP, header.ProtoSCTP:
		if !first || len(b) < 4 {
			return
		}
		e.SrcPort, e.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	}
	e.OK = true
}

// embedded6 is embedded4 for IPv6.
func embedded6(p *packet.Packet, q []byte) {
	b := header.IPv6(q)
	if len(b) < header.IPv6Size {
		invalid(p, input.DecodeICMPv6IPv6TruncPkt)
		return
	}
	if b.Version() != 6 {
		invalid(p, input.DecodeICMPv6IPv6UnknownVersion)
		return
	}
	e := &p.Embedded
	e.Proto = b.NextHeader()
	copy(e.Src[:], b.Src())
	copy(e.Dst[:], b.Dst())
	embeddedPorts(e, b[header.IPv6Size:], true)
}
