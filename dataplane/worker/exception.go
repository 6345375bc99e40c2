package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
)

// ExceptionPolicy is what to do with traffic that a full table, a memcap or an
// error keeps from being inspected.
type ExceptionPolicy uint8

// Exception policies, by Suricata's words.
const (
	Ignore ExceptionPolicy = iota
	DropPacket
	DropFlow
	RejectPacket
	RejectBothSides
	BypassFlow
	PassPacket
	PassFlow
	numExceptionPolicies
)

var exceptionNames = [numExceptionPolicies]string{"ignore", "drop_packet", "drop_flow", "reject", "reject_both",
	"bypass", "pass_packet", "pass_flow"}

// String is the policy as EVE prints it.
func (p ExceptionPolicy) String() string {
	if p < numExceptionPolicies {
		return exceptionNames[p]
	}
	return "unknown"
}

var exceptionCounters = [numExceptionPolicies]counter.ExceptionPolicy{DropPacket: counter.PolicyDropPacket, DropFlow: counter.PolicyDropFlow,
	RejectPacket: counter.PolicyReject, RejectBothSides: counter.PolicyRejectBoth, BypassFlow: counter.PolicyBypass,
	PassPacket: counter.PolicyPassPacket, PassFlow: counter.PolicyPassFlow}

// drops reports whether a packet does not go on.
func (p ExceptionPolicy) drops() bool {
	switch p {
	case DropPacket, DropFlow, RejectPacket, RejectBothSides:
		return true
	}
	return false
}

// Exceptions are the policies of one pair of ports, by target. Shadow reports
// and counts what they would do and does nothing.
type Exceptions struct {
	Policy [counter.NumTargets]ExceptionPolicy
	Shadow bool
}

// exceptionTargets are the targets as EVE and drop reasons name them.
var exceptionTargets = [counter.NumTargets]struct {
	name   string
	reason event.Reason
}{
	counter.TargetDefragMemcap:  {"defrag_memcap", event.ReasonDefragMemcap},
	counter.TargetFlowMemcap:    {"flow_memcap", event.ReasonFlowMemcap},
	counter.TargetMidstream:     {"stream_midstream", event.ReasonStreamMidstream},
	counter.TargetReassembly:    {"stream_reassembly_memcap", event.ReasonStreamReassembly},
	counter.TargetSessionMemcap: {"stream_memcap", event.ReasonStreamMemcap},
	counter.TargetAppError:      {"app_layer_error", event.ReasonAppLayerError},
}

// exceptionsOf are the policies for what came in through a port: its pair's own or
// the worker's.
func (w *Worker) exceptionsOf(at uint16) *Exceptions {
	if x := w.ports[at].Exceptions; x != nil {
		return x
	}
	return &w.cfg.Exceptions
}

// exception carries out a target's policy on a packet and, where it has one, on
// its flow. It reports whether the packet is to be left uninspected.
func (w *Worker) exception(p *packet.Packet, slot uint32, t counter.ExceptionTarget) {
	x := w.exceptionsOf(p.Port)
	policy := x.Policy[t]
	var r *flow.Record
	first := true
	if slot != 0 {
		r = w.flows.At(slot)
		first = r.Exceptions&(1<<t) == 0
		r.Exceptions |= 1 << t
	}
	if policy == Ignore {
		return
	}
	if x.Shadow {
		w.ctr.Inc(counter.Shadow(t, exceptionCounters[policy]))
		if first && (slot != 0 || w.mayTell(t)) {
			w.emitShadow(p, slot, t, policy)
		}
		return
	}
	w.ctr.Inc(counter.Exception(t, exceptionCounters[policy]))
	reason := exceptionTargets[t].reason
	switch policy {
	case DropPacket:
		p.Raise(packet.Drop, reason)
	case DropFlow:
		p.Raise(packet.DropFlow, reason)
		w.dropFlow(p, r)
	case RejectPacket, RejectBothSides:
		p.Raise(packet.Reject, reason)
		w.dropFlow(p, r)
		if w.ports[p.Port].Mode == port.Inline {
			sides := match.RejectSrc
			if policy == RejectBothSides {
				sides = match.RejectBoth
			}
			w.reject(p, uint8(sides))
		}
	case PassPacket:
		p.Uninspected = true
	case PassFlow:
		p.Uninspected = true
		if r != nil {
			r.Flags |= flow.FlagPass
		}
	case BypassFlow:
		p.Uninspected = true
		if r != nil {
			r.Flags |= flow.FlagPass
			w.bypass(slot)
		}
	}
}

// dropFlow makes an exception's drop hold for the flow, where drops are carried
// out.
func (w *Worker) dropFlow(p *packet.Packet, r *flow.Record) {
	if r != nil && w.ports[p.Port].Mode == port.Inline {
		r.Flags |= flow.FlagDrop | flow.FlagDropException
	}
}

// mayTell bounds the events of targets that have no flow to one a second.
func (w *Worker) mayTell(t counter.ExceptionTarget) bool {
	if w.told[t] != 0 && w.now-w.told[t] < 1e6 {
		return false
	}
	w.told[t] = w.now
	return true
}

// emitShadow tells what a policy in shadow mode would have done.
func (w *Worker) emitShadow(p *packet.Packet, slot uint32, t counter.ExceptionTarget, policy ExceptionPolicy) {
	wr := w.begin(event.KindException)
	if wr == nil {
		return
	}
	w.head(wr.Head(), p, slot)
	wr.Head().Flags |= event.WouldDrop
	wr.Obj("exception")
	wr.StrConst("target", exceptionTargets[t].name)
	wr.StrConst("policy", policy.String())
	wr.Bool("shadow", true)
	wr.End()
	w.cfg.Ring.Commit()
}

// exceptionUses are the targets that came up in a flow and what was done, for
// its flow event. The result is valid until the next call.
func (w *Worker) exceptionUses(r *flow.Record) []event.ExceptionUse {
	if r.Exceptions == 0 {
		return nil
	}
	x := &w.cfg.Exceptions
	for i := range w.ports {
		if w.ports[i].Pair == r.Pair && w.ports[i].Exceptions != nil {
			x = w.ports[i].Exceptions
		}
	}
	n := 0
	for t := range counter.NumTargets {
		if r.Exceptions&(1<<t) != 0 {
			w.uses[n] = event.ExceptionUse{Target: exceptionTargets[t].name, Policy: x.Policy[t].String()}
			n++
		}
	}
	return w.uses[:n]
}
