package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// state updates the flow's protocol state with a packet that was counted. It
// reports whether the flow became established by this packet.
func (w *Worker) state(p *packet.Packet, r *flow.Record) bool {
	if r.Proto == 6 {
		return w.tcpState(p, r)
	}
	if r.State == input.FlowNew && r.Both() {
		r.State = input.FlowEstablished
		return true
	}
	return false
}

// tcpState follows the handshake by flags.
func (w *Worker) tcpState(p *packet.Packet, r *flow.Record) bool {
	if p.Proto != 6 || p.L4Off == 0 {
		return false
	}
	switch {
	case p.TCP.Flags&input.TCPRst != 0 || r.FlagsTS&r.FlagsTC&input.TCPFin != 0:
		r.State = input.FlowClosed
	case r.State == input.FlowNew && r.FlagsTS&input.TCPSyn != 0 && r.FlagsTC&input.TCPSyn != 0 &&
		p.Dir == input.ToServer && p.TCP.Flags&(input.TCPAck|input.TCPSyn) == input.TCPAck:
		r.State = input.FlowEstablished
		return true
	}
	return false
}

// isEstablished is what flow:established asks for.
func (w *Worker) isEstablished(r *flow.Record) bool {
	if r.Proto == 6 {
		return r.FlagsTS&input.TCPSyn != 0 && r.FlagsTC&input.TCPSyn != 0 && r.State != input.FlowNew
	}
	return r.Both()
}

// reused reports whether a TCP SYN starts a new connection on the tuple of one
// that ended.
func (w *Worker) reused(p *packet.Packet, r *flow.Record, d input.Dir) bool {
	return r.Proto == 6 && r.State == input.FlowClosed && d == input.ToServer &&
		p.Proto == 6 && p.TCP.Flags&(input.TCPSyn|input.TCPAck) == input.TCPSyn
}
