package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// state updates the flow's protocol state with a packet that was counted. It
// reports whether the flow became established by this packet.
func (w *Worker) state(p *packet.Packet, slot uint32, r *flow.Record) bool {
	if r.State == input.FlowBypassed {
		return false
	}
	if r.Proto == 6 {
		return w.tcp(p, slot, r)
	}
	if r.State == input.FlowNew && r.Both() {
		r.State = input.FlowEstablished
		return true
	}
	return false
}

// isEstablished is what flow:established asks for.
func (w *Worker) isEstablished(r *flow.Record) bool {
	if r.Proto == 6 {
		return w.streams.Established(r)
	}
	return r.Both()
}

// reused reports whether a TCP SYN starts a new connection on the tuple of one
// that ended.
func (w *Worker) reused(p *packet.Packet, r *flow.Record, d input.Dir) bool {
	return r.Proto == 6 && p.Proto == 6 && p.L4Off > 0 && w.streams.Reuses(p, r, d)
}
