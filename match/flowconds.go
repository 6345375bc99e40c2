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
		have = sideBit(f, f.AppProtoTS)
	case SideClient:
		have = sideBit(f, f.AppProtoTC)
	case SideEither:
		have = sideBit(f, f.AppProtoTS) | sideBit(f, f.AppProtoTC)
	case SideOriginal:
		have = 1 << f.AppProtoOrig
	case SideFlow:
		// What is known in the packet's direction.
		have = sideBit(f, f.AppProtoTS)
		if p.Dir == input.ToClient {
			have = sideBit(f, f.AppProtoTC)
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

// sideBit is the protocol of one side. A side that was ruled out while the other
// may still tell what the flow speaks is as good as unknown.
func sideBit(f *input.Flow, side input.AppProto) uint64 {
	if side == input.AppFailed && f.AppProto == input.AppUnknown {
		side = input.AppUnknown
	}
	return 1 << side
}

// Phases of a TCP session in an OpTCPSession's A.
const (
	PhaseSetup int32 = 1 << iota
	PhaseEstablished
	PhaseClosing
)

// tcpSessionIs asks for the phase of a TCP session. A packet of a session that is
// being closed is also one of an established session.
func tcpSessionIs(op *Op, p *input.Packet) bool {
	f := p.Flow
	if f == nil || p.Proto != 6 {
		return false
	}
	phase := PhaseSetup
	if f.Established {
		phase = PhaseEstablished
	}
	if f.Closing {
		phase |= PhaseClosing
	}
	return op.A&phase != 0
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
