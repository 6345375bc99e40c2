package match

import "github.com/weir-ips/weir/match/input"

// State is what outlives packets and bundles: variables of flows, hosts and
// address pairs, threshold counters, data sets. The worker hands in the
// implementation; ids are stable across bundles. Calls come only from rules
// that ask.
type State interface {
	// FlowBit reports whether bit id of the packet's flow is set.
	FlowBit(f *input.Flow, id uint32) bool
	// SetFlowBit sets or clears it.
	SetFlowBit(f *input.Flow, id uint32, on bool)
	// FlowInt is a flow's counter; ok is false when it was never set.
	FlowInt(f *input.Flow, id uint32) (v uint32, ok bool)
	// SetFlowInt sets it.
	SetFlowInt(f *input.Flow, id, v uint32)
	// FlowVar is a flow's variable of octets; nil when it was never set.
	FlowVar(f *input.Flow, id uint32) []byte
	// SetFlowVar sets it; the octets are copied, as far as they fit.
	SetFlowVar(f *input.Flow, id uint32, v []byte)
	// SetEntropy notes the entropy of a buffer of the flow that was computed last.
	SetEntropy(f *input.Flow, id uint32, v float64)
	// SetHas says whether data set id has a value; loaded says whether it had it when
	// the policy was loaded.
	SetHas(id uint32, v []byte, loaded bool) bool
	// SetAdd puts a value into a data set of at most memcap octets and says whether
	// it is new.
	SetAdd(id uint32, v []byte, loaded bool, memcap uint64) bool
	// SetRemove takes a value out of a data set and says whether it was there.
	SetRemove(id uint32, v []byte, loaded bool) bool
	// Bits answers an xbits or hostbits condition; tx is the transaction that is
	// judged, for bits of transactions.
	Bits(op *Op, p *input.Packet, tx uint64) bool
	// SetBits carries out an xbits or hostbits change.
	SetBits(op *Op, p *input.Packet, tx uint64)
	// Threshold counts a match of a rule and says what becomes of it.
	Threshold(t *ThresholdRec, rule *RuleRec, p *input.Packet) Outcome
	// SetTag tags the packet's flow or host for a rule.
	SetTag(op *Op, rule *RuleRec, p *input.Packet)
	// Tagged counts the packet for the tags that are set and reports whether it is
	// to be logged.
	Tagged(p *input.Packet, octets int) bool
	// Finding is the score of an anomaly detector's finding in force about one of
	// the packet's addresses, by the detector's place in input.DetectorNames.
	Finding(detector int32, p *input.Packet) (score uint8, ok bool)
}

// Outcome of a threshold.
type Outcome uint8

// Outcomes.
const (
	// Emit: alert, and apply the action.
	Emit Outcome = iota
	// Quiet: no alert, but the action applies (threshold, limit, suppress).
	Quiet
	// Below: neither alert nor action (detection_filter below its count).
	Below
	// NewAction: rate_filter is on; its action replaces the rule's.
	NewAction
)

// Commands of flowbits, xbits and hostbits in Op.A.
const (
	BitIsSet int32 = iota
	BitIsNotSet
	BitSet
	BitUnset
	BitToggle
)

// Types of ThresholdRec.
const (
	ThNone uint8 = iota
	ThLimit
	ThThreshold
	ThBoth
	ThBackoff
	ThDetection // detection_filter
	ThRate      // rate_filter
	ThSuppress
)

// What is tracked, in ThresholdRec.Track and Op.B of xbits, hostbits and tag.
const (
	TrackSrc uint8 = iota
	TrackDst
	TrackBoth // the pair, in either direction
	TrackRule
	TrackFlow
	TrackEither
	TrackTx
)

// What detection_filter counts, in ThresholdRec.Unique.
const (
	UniqueNone uint8 = iota
	UniqueSrcPort
	UniqueDstPort
)

// Op.A and Op.C of OpTag; X is the count, B the track.
const (
	TagSession int32 = iota
	TagHost
)

// ConfigNoTxLog in Op.A of OpConfig: the transaction that matched is not logged.
const ConfigNoTxLog int32 = 1

// What a tag counts.
const (
	TagPackets int32 = iota
	TagBytes
	TagSeconds
)

// flowbitsHold checks isset and isnotset. X is the id; several ids joined by |
// stand in the blob as 32-bit numbers.
func (e *Engine) flowbitsHold(op *Op, p *input.Packet) bool {
	if p.Flow == nil {
		return false
	}
	want := op.A == BitIsSet
	if op.Len == 0 {
		return e.state.FlowBit(p.Flow, uint32(op.X)) == want
	}
	ids := e.b.Blob[op.Off : op.Off+op.Len]
	for ; len(ids) >= 4; ids = ids[4:] {
		id := uint32(ids[0]) | uint32(ids[1])<<8 | uint32(ids[2])<<16 | uint32(ids[3])<<24
		if e.state.FlowBit(p.Flow, id) == want {
			return true
		}
	}
	return false
}

// Flowint operators in Op.A. X is the id, Y the value, or, with B set, the id
// of the counter that holds it.
const (
	IntSet int32 = iota
	IntAdd
	IntSub
	IntEQ
	IntNE
	IntLT
	IntLE
	IntGT
	IntGE
	IntIsSet
	IntIsNotSet
)

func (e *Engine) intOperand(op *Op, f *input.Flow) (uint32, bool) {
	if op.B != 0 {
		return e.state.FlowInt(f, uint32(op.Y))
	}
	return uint32(op.Y), true
}

func (e *Engine) flowintHold(op *Op, p *input.Packet) bool {
	if p.Flow == nil {
		return false
	}
	v, ok := e.state.FlowInt(p.Flow, uint32(op.X))
	switch op.A {
	case IntIsSet:
		return ok
	case IntIsNotSet:
		return !ok
	}
	w, wok := e.intOperand(op, p.Flow)
	if !ok || !wok {
		return false
	}
	switch op.A {
	case IntEQ:
		return v == w
	case IntNE:
		return v != w
	case IntLT:
		return v < w
	case IntLE:
		return v <= w
	case IntGT:
		return v > w
	case IntGE:
		return v >= w
	}
	return false
}

// postOps carries out what a rule changes when it matched.
// tx is the transaction that matched, or nil.
func (e *Engine) postOps(rule *RuleRec, it *item, r *Result, tx input.Tx) {
	ops := e.b.Ops[rule.PostOps.Off : rule.PostOps.Off+rule.PostOps.N]
	for i := range ops {
		op := &ops[i]
		p := it.pkt
		switch op.Code {
		case OpFlowbits:
			e.setFlowbits(op, p.Flow)
		case OpFlowint:
			e.setFlowint(op, p.Flow)
		case OpXbits, OpHostbits:
			e.setBits(op, p, tx)
		case OpBypass:
			r.Bypass = true
		case OpTLSStore:
			r.StoreCerts = true
		case OpFilestore:
			e.keepFiles(op, rule, it, tx)
		case OpConfig:
			if op.A == ConfigNoTxLog && tx != nil {
				tx.Detect().NoLog = true
			}
		}
	}
}

func (e *Engine) setBits(op *Op, p *input.Packet, tx input.Tx) {
	id := uint64(0)
	if uint8(op.B) == TrackTx {
		if tx == nil {
			return
		}
		id = tx.ID()
	}
	if p.IPVersion != 0 {
		e.state.SetBits(op, p, id)
	}
}

func (e *Engine) setFlowbits(op *Op, f *input.Flow) {
	if f == nil {
		return
	}
	id := uint32(op.X)
	switch op.A {
	case BitSet:
		e.state.SetFlowBit(f, id, true)
	case BitUnset:
		e.state.SetFlowBit(f, id, false)
	case BitToggle:
		e.state.SetFlowBit(f, id, !e.state.FlowBit(f, id))
	}
}

func (e *Engine) setFlowint(op *Op, f *input.Flow) {
	if f == nil {
		return
	}
	id := uint32(op.X)
	w, ok := e.intOperand(op, f)
	if !ok {
		return
	}
	v, _ := e.state.FlowInt(f, id)
	switch op.A {
	case IntSet:
		e.state.SetFlowInt(f, id, w)
	case IntAdd:
		e.state.SetFlowInt(f, id, v+w)
	case IntSub:
		e.state.SetFlowInt(f, id, v-min(v, w))
	}
}
