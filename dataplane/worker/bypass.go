package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// bypass lets the rest of a flow by: its packets are counted and sent, nothing
// else. What its streams and parsers already hold is judged when it ends.
func (w *Worker) bypass(slot uint32) {
	r := w.flows.At(slot)
	if r.Flags&flow.FlagDrop != 0 {
		return
	}
	r.Flags |= flow.FlagNoPayload
	r.State = input.FlowBypassed
}

// seeFlags notes what flow events say of the packets' transport headers: TCP
// flags, the code of the first ICMP message in a direction.
func (w *Worker) seeFlags(p *packet.Packet, r *flow.Record, d input.Dir) {
	to, first := &r.FlagsTS, r.PktsTS == 1
	if d == input.ToClient {
		to, first = &r.FlagsTC, r.PktsTC == 1
	}
	switch {
	case r.Proto == 6:
		*to |= p.TCP.Flags
	case first && r.Proto == p.Proto && (r.Proto == 1 || r.Proto == 58):
		*to = p.ICMPCode
	}
}

// mayBypass reports whether nothing of a session will be read any more.
func (w *Worker) mayBypass(r *flow.Record) bool {
	if r.State == input.FlowBypassed {
		return false
	}
	return w.streams.DepthReached(r)
}

// turn makes the flow's client its server and p a packet the other way: a parser
// or detection found that the flow was picked up from its answer.
func (w *Worker) turn(p *packet.Packet, slot uint32, r *flow.Record) {
	r.Swap()
	w.streams.Swap(r)
	if w.macs != nil {
		w.macs.Rec[slot].turn()
	}
	f := w.layer.At(r.App)
	f.Turn()
	p.Dir = p.Dir.Reverse()
	if f.Parser() == nil && r.Proto == 6 {
		// What detection left over is its now.
		w.layer.Data(f, p.Dir, nil, 0, false, w.now)
	}
}
