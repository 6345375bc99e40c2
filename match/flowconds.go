package match

import "github.com/weir-ips/weir/match/input"

// Directions of appProtoIs and streamSize in Op.B.
const (
	SideFlow   int32 = iota // what the flow is known as
	SideServer              // the to-server side
	SideClient
	SideBoth
	SideEither
	SideFinal // the protocol the flow ended up with
	SideOriginal
)

// appProtoIs asks whether the flow's application protocol is one of the set X; C:
// only when that becomes known.
func appProtoIs(op *Op, p *input.Packet) bool {
	f := p.Flow
	if f == nil {
		return false
	}
	if op.C != 0 && !f.ProtoDone {
		return false // the rule asks for nothing else: once, when it is known
	}
	var have uint64
	switch op.B {
	case SideServer:
		have = 1 << f.AppProtoTS
	case SideClient:
		have = 1 << f.AppProtoTC
	case SideEither:
		have = 1<<f.AppProtoTS | 1<<f.AppProtoTC
	case SideOriginal:
		have = 1 << f.AppProtoOrig
	case SideFlow:
		// What is known in the packet's direction.
		have = 1 << f.AppProtoTS
		if p.Dir == input.ToClient {
			have = 1 << f.AppProtoTC
		}
	default:
		have = 1 << f.AppProto
	}
	if op.Neg && have == 1<<input.AppUnknown {
		// Not known yet is not "something else".
		return false
	}
	return (have&op.X != 0) != op.Neg
}

// A set of protocols is one word.
var _ = [64 - input.NumAppProtos]struct{}{}

// streamSize compares the octets that a TCP stream has carried with X..Y.
func streamSize(op *Op, p *input.Packet) bool {
	f := p.Flow
	if f == nil || p.Proto != 6 {
		return false
	}
	ts := op.inRange(f.StreamTS) != op.Neg
	tc := op.inRange(f.StreamTC) != op.Neg
	switch op.B {
	case SideServer:
		return tc
	case SideClient:
		return ts
	case SideBoth:
		return ts && tc
	}
	return ts || tc
}

// Checksum kinds of csumIs in Op.B.
const (
	CSumIPv4 int32 = iota
	CSumTCPv4
	CSumTCPv6
	CSumUDPv4
	CSumUDPv6
	CSumICMPv4
	CSumICMPv6
	CSumIGMP
)

// csumIs asks whether a checksum is valid (A is 1) or not (A is 0). The worker
// has computed the checksums when a loaded rule asks for them.
func csumIs(op *Op, p *input.Packet) bool {
	c := p.L4CSum
	switch op.B {
	case CSumIPv4:
		if p.IPVersion != 4 {
			return false
		}
		c = p.L3CSum
	case CSumTCPv4, CSumTCPv6:
		if p.Proto != 6 || (p.IPVersion == 4) != (op.B == CSumTCPv4) {
			return false
		}
	case CSumUDPv4, CSumUDPv6:
		if p.Proto != 17 || (p.IPVersion == 4) != (op.B == CSumUDPv4) {
			return false
		}
	case CSumICMPv4:
		if p.Proto != 1 {
			return false
		}
	case CSumICMPv6:
		if p.Proto != 58 {
			return false
		}
	case CSumIGMP:
		if p.Proto != 2 {
			return false
		}
	}
	if c == input.CSumUnknown {
		return false
	}
	return (c == input.CSumGood) == (op.A == 1)
}
