package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
)

// Policy of an exception: what to do with traffic that a full table, a memcap
// or an error keeps from being inspected.
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
)

// Exception is one target's policy; Shadow reports and does nothing.
type Exception struct {
	Policy ExceptionPolicy
	Shadow bool
	Reason event.Reason
	// Count of uses, and of what shadow mode would have done.
	Used, Would uint64
}

// Exceptions are the targets.
type Exceptions struct {
	FlowMemcap, DefragMemcap, StreamMemcap, ReassemblyMemcap, Midstream, AppLayerError Exception
}

// exception carries out a target's policy on a packet and, where it has one, on
// its flow.
func (w *Worker) exception(p *packet.Packet, slot uint32, x *Exception) {
	if x.Policy == Ignore {
		return
	}
	if x.Shadow {
		x.Would++
		return
	}
	x.Used++
	var r *flow.Record
	if slot != 0 {
		r = w.flows.At(slot)
	}
	switch x.Policy {
	case DropPacket:
		p.Raise(packet.Drop, x.Reason)
	case DropFlow, RejectPacket, RejectBothSides:
		v := packet.DropFlow
		if x.Policy != DropFlow {
			v = packet.Reject
		}
		p.Raise(v, x.Reason)
		if r != nil {
			r.Flags |= flow.FlagDrop | flow.FlagDropException
		}
	case PassFlow:
		if r != nil {
			r.Flags |= flow.FlagPass
		}
	case BypassFlow:
		if r != nil {
			w.bypass(slot)
		}
	}
}
