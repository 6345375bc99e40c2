package match

import "github.com/weir-ips/weir/match/input"

// packetOps runs a rule's conditions on the packet and its flow.
func (e *Engine) packetOps(rule *RuleRec, it *item) bool {
	ops := e.b.Ops[rule.PacketOps.Off : rule.PacketOps.Off+rule.PacketOps.N]
	for i := range ops {
		if !e.packetOp(&ops[i], it) {
			return false
		}
	}
	return true
}

func (e *Engine) packetOp(op *Op, it *item) bool {
	p := it.pkt
	switch op.Code {
	case OpUint:
		return packetNumber(op, p)
	case OpFlow:
		return flowIs(op, p)
	case OpTCPFlags:
		// A: flags wanted, B: flags ignored, C: modifier.
		if p.Proto != 6 || p.L4Off == 0 {
			return false
		}
		return flagsHold(op, p.TCP.Flags)
	case OpFragBits:
		return p.IPVersion == 4 && fragBitsHold(op, p.FragBits)
	case OpSameIP:
		return p.IPVersion != 0 && p.Src == p.Dst
	case OpDsize:
		if p.IPVersion == 0 || p.Source == input.SourceFlowEnd {
			return false
		}
		return op.holds(uint64(len(p.Payload())))
	case OpIPProto:
		return p.IPVersion != 0 && op.holds(uint64(p.Proto))
	case OpEvent:
		return p.Events.Has(input.EventID(op.A))
	case OpFlowbits:
		return e.flowbitsHold(op, p)
	case OpFlowint:
		return e.flowintHold(op, p)
	case OpCSum:
		return csumIs(op, p)
	case OpAppProto:
		return appProtoIs(op, p)
	case OpTCPSession:
		return tcpSessionIs(op, p)
	case OpStreamSize:
		return streamSize(op, p)
	case OpIPOpts:
		return p.IPVersion == 4 && p.IPOpts&uint16(op.A) != 0
	case OpRPC:
		return rpcIs(op, p)
	case OpElephant:
		return elephantIs(op, p)
	case OpIPRep, OpGeoIP:
		return e.sideHasAddr(op, p)
	case OpPktVar:
		return e.hasPktVar(op)
	case OpLua:
		return e.luaPacket(op, it)
	case OpFlowVar:
		return p.Flow != nil && e.hasFlowVar(op, p.Flow)
	case OpXbits, OpHostbits:
		return p.IPVersion != 0 && e.state.Bits(op, p, 0)
	case OpAnomaly:
		score, ok := e.state.Finding(op.A, p)
		return ok && op.inRange(uint64(score)) != op.Neg
	case OpIPAddr:
		if op.A == 0 {
			return e.b.hasAddr(uint32(op.X), &p.Src, p.IPVersion) != op.Neg
		}
		return e.b.hasAddr(uint32(op.X), &p.Dst, p.IPVersion) != op.Neg
	}
	return false
}

// inRange holds when the value lies between X and Y, both included; the
// compiler turns every comparison into that.
func (op *Op) inRange(v uint64) bool { return op.X <= v && v <= op.Y }

// Modifiers of flags and fragbits.
const (
	ModExact int32 = iota
	ModPlus        // these and any others
	ModAny         // any of these
	ModNot         // none of these
)

func flagsHold(op *Op, have uint8) bool {
	want := uint8(op.A)
	have &^= uint8(op.B)
	switch op.C {
	case ModPlus:
		return have&want == want
	case ModAny:
		return have&want != 0
	case ModNot:
		return have&want == 0
	}
	return have == want
}

func fragBitsHold(op *Op, have uint8) bool {
	want := uint8(op.A)
	switch op.C {
	case ModPlus:
		return have&want == want
	case ModAny:
		return have&want != 0
	case ModNot:
		return have&want == 0
	}
	return have == want
}

// Flow conditions in an OpFlow's A.
const (
	FlowEstablished int32 = 1 << iota
	FlowNotEstablished
	FlowStateless
	FlowOnlyStream
	FlowNoStream
	FlowNoFrag
	FlowOnlyFrag
)

// flowIs checks the flow keyword's states; directions are rule flags. A packet
// of a flow counts as established once both sides were seen, for TCP once the
// handshake is complete.
func flowIs(op *Op, p *input.Packet) bool {
	a := op.A
	if a&FlowNoFrag != 0 && p.Source == input.SourceDefrag {
		return false
	}
	if a&FlowOnlyFrag != 0 && p.Source != input.SourceDefrag {
		return false
	}
	if a&(FlowEstablished|FlowNotEstablished) == 0 {
		return true
	}
	est := p.Flow != nil && p.Flow.Established
	if a&FlowEstablished != 0 {
		return est
	}
	return !est
}
