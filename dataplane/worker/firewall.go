package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
)

// reasons are the reasons for drops, by what the rules dropped a packet for.
var reasons = [...]event.Reason{
	match.DropNone:         event.ReasonNone,
	match.DropRules:        event.ReasonRules,
	match.DropThreshold:    event.ReasonThreshold,
	match.DropFirewall:     event.ReasonFirewallRules,
	match.DropPacketPolicy: event.ReasonFirewallDefaultPacket,
	match.DropAppPolicy:    event.ReasonFirewallDefaultApp,
	match.DropPreFlow:      event.ReasonFirewallFlowPreHook,
	match.DropPreStream:    event.ReasonFirewallStreamPreHook,
}

// firewalled reports whether the policy is a firewall's: what nothing accepts is
// dropped.
func (w *Worker) firewalled() bool { return w.cur != nil && w.cur.Bundle.Firewall() }

// preHook asks a firewall's table in front of the flow table or of the stream
// stage. Packets that wait are judged first, so that everything is decided and
// said in the order of arrival; a policy that has such rules pays for it with
// small batches. It reports whether the packet was dropped, which then waits for
// its end.
func (w *Worker) preHook(table int, p *packet.Packet, slot uint32, r *flow.Record) bool {
	if w.cur == nil || !w.cur.Bundle.HasPre(table) {
		return false
	}
	w.judge()
	if r != nil {
		w.fillFlow(&w.facts[0], slot, r)
		w.facts[0].Established = p.Established
		p.Flow = &w.facts[0]
	}
	wt := &w.pre
	*wt = waiting{p: p, slot: slot, item: -1}
	res := w.engine.Pre(table, &p.Packet)
	w.applyRules(wt, res)
	for i := range res.N {
		w.emitAlert(wt, &res.Alerts[i])
	}
	w.ctr.Add(counter.DetectAlert, uint64(res.N))
	rule, has := wt.rule, wt.hasRule
	wt.p = nil
	if p.Verdict < packet.Drop {
		return false
	}
	w.gather(p, slot, nil)
	last := &w.batch[w.nbatch-1]
	last.rule, last.hasRule = rule, has
	return true
}

// accept carries out what a firewall accepts.
func (w *Worker) accept(wt *waiting, res *match.Result) {
	if res.AcceptFlow && wt.slot != 0 {
		w.flows.At(wt.slot).Flags |= flow.FlagAccept
	}
}

// unjudgedFlow reports whether rules do not look at a flow any more. What
// detection passes, a firewall still has to accept.
func (w *Worker) unjudgedFlow(r *flow.Record) bool {
	if r.Flags&flow.FlagSpared != 0 {
		return true
	}
	return r.Flags&flow.FlagPass != 0 && (!w.firewalled() || r.Flags&flow.FlagAccept != 0)
}

// countFirewall counts a packet for the firewall, which stands in front of
// detection as a device of its own would: what it blocks, detection never saw.
// It reports whether detection's counters are to be counted too.
func (w *Worker) countFirewall(p *packet.Packet) bool {
	if !w.firewalled() || w.ports[p.Port].Mode != port.Inline {
		return true
	}
	if p.Verdict < packet.Drop || p.Reason < event.ReasonFirewallRules || p.Reason > event.ReasonFirewallFlowDrop {
		w.ctr.Inc(counter.FirewallAccepted)
		return true
	}
	if p.Verdict == packet.Reject {
		w.ctr.Inc(counter.FirewallRejected)
	} else {
		w.ctr.Inc(counter.FirewallBlocked)
	}
	return false
}
