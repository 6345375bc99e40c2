package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// ICMPv6 message types that are more than a type and a code (RFC 4443, RFC
// 2710).
const (
	icmp6Unreach      = 1
	icmp6TooBig       = 2
	icmp6TimeExceeded = 3
	icmp6ParamProblem = 4
	icmp6Echo         = 128
	icmp6EchoReply    = 129
	icmp6MLDQuery     = 130
	icmp6MLDReport    = 131
	icmp6MLDDone      = 132
	icmp6RPL          = 155
)

// icmp6InfoSize is the header of a message without a second word.
const icmp6InfoSize = 4

// anyCode stands in icmp6Codes for types whose codes are not checked.
const anyCode = 0xff

// icmp6Codes holds, for each known type, one more than its highest code; 0 for
// types that are unknown (IANA ICMPv6 parameters).
var icmp6Codes = func() (t [256]uint8) {
	one := func(from, to int) {
		for i := from; i <= to; i++ {
			t[i] = 1
		}
	}
	t[icmp6Unreach], t[icmp6TooBig], t[icmp6TimeExceeded], t[icmp6ParamProblem] = 7, 1, 2, 3
	one(icmp6Echo, 137)   // echo, MLD, neighbour discovery
	t[138] = anyCode      // router renumbering: 0, 1, 2 and 255
	t[139], t[140] = 3, 3 // node information
	one(141, 149)         // inverse discovery to certification path
	for i := 150; i <= 153; i++ {
		t[i] = anyCode // experimental mobility, multicast router discovery
	}
	one(154, 154)         // fast handovers
	t[icmp6RPL] = anyCode // RPL: 0 to 3 and 128 to 132
	one(156, 159)         // locator update, duplicate address, MPL
	return t
}()

func (d *Decoder) icmp6(p *packet.Packet, off, end int) {
	b := header.ICMP(p.Frame[off:end])
	if len(b) < header.ICMPSize {
		invalid(p, input.DecodeICMPv6PktTooSmall)
		return
	}
	typ, code := b.Type(), b.Code()
	p.L4Off = int32(off)
	p.ICMPType, p.ICMPCode = typ, code
	payload(p, off+icmp6InfoSize, end)
	most := icmp6Codes[typ]
	if most == 0 {
		p.Events.Set(icmp6Unassigned(typ))
		return
	}
	if most != anyCode && code >= most || !icmp6OddCode(typ, code) {
		p.Events.Set(input.DecodeICMPv6UnknownCode)
		most = 0
	}
	switch typ {
	case icmp6Unreach, icmp6TooBig, icmp6TimeExceeded, icmp6ParamProblem:
		if most == 0 {
			return
		}
		if typ == icmp6TooBig {
			p.ICMPMTU = b.Word()
		}
		payload(p, off+header.ICMPSize, end)
		embedded6(p, b[header.ICMPSize:])
	case icmp6Echo, icmp6EchoReply:
		if most == 0 {
			return
		}
		p.HasICMPID, p.ICMPID, p.ICMPSeq = true, b.ID(), b.Seq()
		payload(p, off+header.ICMPSize, end)
	case icmp6MLDQuery, icmp6MLDReport, icmp6MLDDone:
		// RFC 2710 §3: such messages never leave the link.
		if p.TTL != 1 {
			p.Events.Set(input.DecodeICMPv6MLDMessageWithInvalidHL)
		}
	}
}

// icmp6OddCode checks the two types whose codes are no single range.
func icmp6OddCode(typ, code uint8) bool {
	switch typ {
	case 138:
		return code <= 2 || code == 255
	case icmp6RPL:
		return code <= 3 || code >= 128 && code <= 132
	}
	return true
}

// icmp6Unassigned is the event for a type that is not known.
func icmp6Unassigned(typ uint8) input.EventID {
	switch {
	case typ == 0 || typ == 127:
		return input.DecodeICMPv6UnknownType
	case typ == 100 || typ == 101 || typ == 200 || typ == 201:
		return input.DecodeICMPv6ExperimentationType
	}
	return input.DecodeICMPv6UnassignedType
}
