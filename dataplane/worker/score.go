package worker

import (
	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// observe shows a packet of a flow to the anomaly detectors. What they ask for
// may raise its verdict, never lower one.
func (w *Worker) observe(p *packet.Packet, r *flow.Record, fresh, established bool) {
	if w.scorer == nil {
		return
	}
	if p.Embedded.OK {
		w.observeError(p)
	}
	o := &w.obs
	o.TimeUS, o.Src, o.Dst = p.TimeUS, p.Src, p.Dst
	o.Len = uint32(p.L3End - p.L3Off)
	o.SrcPort, o.DstPort, o.Pair = p.SrcPort, p.DstPort, p.Pair
	o.IPVersion, o.Proto, o.TCPFlags = p.IPVersion, p.Proto, p.TCP.Flags
	o.ICMPType, o.ICMPCode = p.ICMPType, p.ICMPCode
	o.FromInside, o.Fragment = p.FromInside, p.Fragment
	o.NewFlow, o.FlowEstablishedNow = fresh, established
	o.FlowEstablished = r != nil && r.State == input.FlowEstablished
	o.ToServer = p.Dir != input.ToClient
	switch w.scorer.Observe(o) {
	case anomaly.WouldDrop:
		w.ctr.Inc(counter.WouldDrop)
	case anomaly.Challenge, anomaly.Drop:
		w.ctr.Inc(counter.AnomalyLimitedPkts)
		p.Raise(packet.Drop, event.ReasonAnomaly)
	case anomaly.RateLimited:
		w.ctr.Inc(counter.AnomalyLimitedPkts)
		p.Raise(packet.Drop, event.ReasonRateLimit)
	case anomaly.Blocked:
		p.Raise(packet.Drop, event.ReasonBlockList)
	}
}

// Command carries out an order of control to the detectors: blocks, resumption.
func (w *Worker) Command(c *anomaly.Command) bool {
	return w.scorer != nil && w.scorer.Apply(c)
}
