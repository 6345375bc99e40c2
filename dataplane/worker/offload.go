package worker

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/match/input"
)

// A direction of a flow is offered to its port after so many of its packets came
// for nothing: short ones are over before a card has its rule.
const offerAfter = 16

// offerSlots bounds the flows whose packets are counted at once; flows that share
// a slot push each other out.
const offerSlots = 1024

// offers are the directions of flows that ports might drop by themselves.
type offers struct {
	ring  *port.Ring[port.Offer]
	lease int64 // µs
	slots [offerSlots]offered
}

// offered is one of them.
type offered struct {
	id    uint64 // slot, sequence and direction of the flow
	until int64  // µs: offered, and the lease runs
	n     uint32
}

// offer counts a packet that came for nothing: its flow is dropped, or nobody
// wants to see it. What a card could not tell from other flows is not offered.
func (w *Worker) offer(p *packet.Packet, slot uint32, r *flow.Record) {
	if w.offers == nil || !w.ports[p.Port].Offload || p.Carrier != nil || p.Fragment || !p.HasPorts || p.Proto != 6 && p.Proto != 17 ||
		p.VLANCount > 1 || int(p.L3Off) != 14+4*int(p.VLANCount) {
		return
	}
	id := uint64(slot)<<33 | uint64(r.Seq)<<1
	if p.Dir == input.ToClient {
		id |= 1
	}
	o := &w.offers.slots[(uint64(slot)<<1|id&1)%offerSlots]
	if o.id != id {
		*o = offered{id: id}
	}
	if p.TimeUS < o.until {
		return
	}
	if o.n++; o.n < offerAfter {
		return
	}
	f := port.Offer{Port: p.Port, Match: dpdk.FlowMatch{Src: p.Src, Dst: p.Dst, SrcPort: p.SrcPort, DstPort: p.DstPort, Proto: p.Proto, IPv6: p.IPVersion == 6}}
	if p.VLANCount == 1 {
		f.Match.VLAN = p.VLAN[0]
	}
	o.n = 0
	if w.offers.ring.Push(&f) {
		o.until = p.TimeUS + w.offers.lease
	}
}
