package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// admit takes packet i of the burst through the stages that come before
// judgement. What it carries is judged before it.
func (w *Worker) admit(p *packet.Packet, i int) {
	if p.TimeUS > w.now {
		w.now = p.TimeUS
	}
	if p.Rejoin {
		w.rejoin(p)
		return
	}
	if p.Inner != nil {
		w.admitInner(p.Inner)
	}
	if w.steer.Steer != nil && w.elsewhere(p, w.keyAt(i)) {
		return
	}
	w.countDecode(&p.Packet)
	w.checksums(&p.Packet)
	if p.Fragment {
		w.fragment(p)
		return
	}
	if w.preHook(match.TablePreFlow, p, 0, nil) {
		return
	}
	if !w.haskey[i] {
		w.gather(p, 0, nil)
		return
	}
	w.track(p, &w.keys[i], w.hashes[i], w.ahead.Slots[i])
}

// admitInner is admit for a packet that has no place in the burst's arrays: the
// content of a tunnel, a reassembled datagram.
func (w *Worker) admitInner(p *packet.Packet) {
	if p.Inner != nil {
		w.admitInner(p.Inner)
	}
	if w.steer.Steer != nil && w.innerElsewhere(p) {
		return
	}
	w.countDecode(&p.Packet)
	w.checksums(&p.Packet)
	if p.Fragment {
		w.fragment(p)
		return
	}
	if w.preHook(match.TablePreFlow, p, 0, nil) {
		return
	}
	var k flow.Key
	if !flow.KeyOf(&p.Packet, &k, w.cfg.Flow.Track) {
		w.gather(p, 0, nil)
		return
	}
	k.Pair = p.Pair
	w.track(p, &k, w.flows.Hash(&k), 0)
}

// track finds or makes the packet's flow and updates it. likely is the slot that
// was looked up ahead.
func (w *Worker) track(p *packet.Packet, k *flow.Key, hash uint64, likely uint32) {
	slot, dir := w.flows.FindAt(likely, k, hash)
	fresh := false
	if slot != 0 {
		r := w.flows.At(slot)
		if r.Pending == w.batchNo {
			// The flow has a packet that is not judged yet: its verdict and what it
			// sets come first.
			w.judge()
		}
		switch {
		case w.flows.TimedOut(r, p.TimeUS):
			w.endFlow(slot, flow.EndTimeout)
			slot = 0
		case w.reused(p, r, dir):
			w.endFlow(slot, flow.EndTCPReuse)
			slot = 0
		}
	}
	if slot == 0 {
		slot = w.open(p, k, hash)
		if slot == 0 {
			w.ctr.Inc(counter.FlowMemcap)
			w.exception(p, 0, counter.TargetFlowMemcap)
			w.gather(p, 0, nil)
			return
		}
		dir, fresh = input.ToServer, true
	}
	r := w.flows.At(slot)
	p.Dir = dir
	r.Count(dir, w.wireLen(p), p.TTL, p.TimeUS)
	if w.rates != nil {
		w.measure(slot, r, dir, w.wireLen(p), p.TimeUS)
	}
	p.Established = w.isEstablished(r)
	if r.Flags&flow.FlagDrop == 0 && p.Proto == 6 && w.preHook(match.TablePreStream, p, slot, r) {
		return
	}
	w.seeFlags(p, r, dir)
	if w.macs != nil {
		w.seeMACs(p, slot, fresh)
	}
	if r.Flags&flow.FlagDrop != 0 {
		reason := event.ReasonFlowDrop
		if r.Flags&flow.FlagDropException != 0 {
			reason = event.ReasonExceptionFlowDrop
		}
		if r.Flags&flow.FlagDropFirewall != 0 {
			reason = event.ReasonFirewallFlowDrop
		}
		p.Raise(packet.Drop, reason)
		w.offer(p, slot, r)
		w.observe(p, r, fresh, false)
		w.gather(p, slot, nil)
		return
	}
	if r.State == input.FlowBypassed {
		w.ctr.Inc(counter.FlowBypassedLocalPkts)
		w.ctr.Add(counter.FlowBypassedLocalBytes, uint64(w.wireLen(p)))
		if w.ports[p.Port].Mode == port.IDS {
			w.offer(p, slot, r) // nobody waits for it on the other side
		}
		w.observe(p, r, fresh, false)
		w.gather(p, slot, nil)
		return
	}
	from := w.shedFrom()
	was := w.laps.step(StageStream)
	established := w.state(p, slot, r)
	p.Established = p.Established || established && len(p.Payload()) > 0
	w.laps.step(StageAnomaly)
	w.observe(p, r, fresh, established)
	w.laps.step(was)
	w.gather(p, slot, r)
	w.shedCharge(slot, from)
}

// open makes a flow of the packet.
func (w *Worker) open(p *packet.Packet, k *flow.Key, hash uint64) uint32 {
	slot := w.flows.Insert(k, hash, p.TimeUS)
	if slot == 0 {
		return 0
	}
	r := w.flows.At(slot)
	if p.FromInside {
		r.Flags |= flow.FlagInside
	}
	if w.cur != nil {
		r.Generation = uint16(w.cur.Bundle.Generation)
	}
	w.ctr.Inc(counter.FlowTotal)
	switch r.Proto {
	case 6:
		w.ctr.Inc(counter.FlowTCP)
	case 17:
		w.ctr.Inc(counter.FlowUDP)
	case 1:
		w.ctr.Inc(counter.FlowICMPv4)
	case 58:
		w.ctr.Inc(counter.FlowICMPv6)
	}
	return slot
}

// gather puts a packet into the batch, and into the match engine's when it is to
// be inspected. r is nil when it is not: no flow, or its verdict stands.
func (w *Worker) gather(p *packet.Packet, slot uint32, r *flow.Record) {
	if w.nbatch == len(w.batch) || !w.engine.Room(0) {
		w.judge()
	}
	wt := &w.batch[w.nbatch]
	w.nbatch++
	*wt = waiting{p: p, slot: slot, item: -1}
	if slot != 0 {
		w.flows.At(slot).Pending = w.batchNo
	}
	if w.cur == nil && w.ports[p.Port].StartupDrop {
		p.Raise(packet.Drop, event.ReasonStartup)
	}
	if p.Uninspected || p.Verdict >= packet.DropFlow || p.Verdict == packet.Drop && p.Reason == event.ReasonStartup {
		return
	}
	// What stages before dropped is still judged: rules on their events see it.
	if r != nil && !p.Invalid && !p.Tunnel && p.Verdict < packet.Drop {
		was := w.laps.step(StageApp)
		w.parse(p, slot, r)
		w.laps.step(was)
	}
	if r != nil && r.App != 0 && !quiet(r, p.Dir) {
		passive := p.Proto == 6 && !w.cfg.Stream.Inline
		wt.detected = w.layer.At(r.App).TakeEvents(&p.Events, p.Dir, !passive) && p.Source != input.SourceFlowEnd
	}
	if r != nil && (!w.judging || w.unjudgedFlow(r)) {
		w.addStream(p, r, false)
	}
	if !w.judging || p.Verdict >= packet.Drop || slot != 0 && (r == nil || w.unjudgedFlow(r)) {
		return
	}
	was := w.laps.step(StageAdd)
	if w.shedPacket(r, len(p.Frame)) {
		w.inspect(wt, r)
	} else {
		w.inspectHeader(wt, r)
	}
	w.laps.step(was)
}

// inspectHeader puts a packet into the match engine's batch for what its headers
// and its flow say; nobody looks at what it carries.
func (w *Worker) inspectHeader(wt *waiting, r *flow.Record) {
	p := wt.p
	what := match.InspectHeader | w.inspection(p, wt.slot, r)&^match.InspectPayload
	var proto input.AppProto
	if r.App != 0 {
		proto = w.layer.At(r.App).Final
	}
	wt.item = w.engine.Add(&p.Packet, what, proto)
	w.addStream(p, r, false)
}

// parse gives a packet's payload to the parsers.
func (w *Worker) parse(p *packet.Packet, slot uint32, r *flow.Record) {
	if p.Proto == 17 {
		w.datagramToApp(p, slot, r)
	}
}

// inspect puts a packet and what it made ready into the match engine's batch.
func (w *Worker) inspect(wt *waiting, r *flow.Record) {
	p := wt.p
	what := match.InspectHeader
	var proto input.AppProto
	if r != nil {
		what |= w.inspection(p, wt.slot, r)
		if r.App != 0 {
			proto = w.layer.At(r.App).Final
		}
	} else {
		what |= match.InspectPayload | match.InspectIPOnly
	}
	if p.Invalid {
		what &= match.InspectHeader | match.InspectIPOnly
	}
	views, look := 0, false
	if r != nil && !p.Invalid {
		views = w.streamViews(p, r)
		look = r.Flags&flow.FlagNoPayload == 0
		p.Covered = look && views == 1 && w.covers(p, &w.raw[0])
	}
	wt.item = w.engine.Add(&p.Packet, what, proto)
	if r != nil && !p.Invalid {
		w.addViews(p, r, views, look)
		w.addTxs(wt, p, r)
	}
}

// inspection says what of a flow's packet is looked at and fills the facts of
// the flow for the rules.
func (w *Worker) inspection(p *packet.Packet, slot uint32, r *flow.Record) match.Inspect {
	f := &w.facts[w.nbatch-1]
	w.fillFlow(f, slot, r)
	f.Established = p.Established
	p.Flow = f
	what := match.Inspect(0)
	if looksAtPayload(r) && !p.NoPayload {
		what |= match.InspectPayload
	}
	first := flow.FlagInitTS
	if p.Dir == input.ToClient {
		first = flow.FlagInitTC
	}
	if r.Flags&first == 0 {
		r.Flags |= first
		what |= match.InspectIPOnly
	}
	return what
}

// fillFlow copies what rules may ask of a flow.
func (w *Worker) fillFlow(f *input.Flow, slot uint32, r *flow.Record) {
	*f = input.Flow{
		ID: w.flowID(slot, r), Slot: slot, State: r.State,
		Established: w.isEstablished(r), BothSides: r.Both(), Vars: &r.Vars,
		Midstream: r.Flags&flow.FlagMidstream != 0,
		Accepted:  r.Flags&flow.FlagAccept != 0, Passed: r.Flags&flow.FlagPass != 0,
		PktsTS: uint64(r.PktsTS), PktsTC: uint64(r.PktsTC),
		BytesTS: r.BytesTS, BytesTC: r.BytesTC,
		StartUS: r.StartUS, LastUS: r.LastUS,
		TCPFlagsTS: r.FlagsTS, TCPFlagsTC: r.FlagsTC,
		Elephant: w.rates.Elephant(slot, r.Seq),
	}
	if w.nbatch > 0 {
		f.ProtoDone = w.batch[w.nbatch-1].detected
	}
	if r.Stream != 0 {
		f.StreamTS, f.StreamTC = w.streams.Sizes(r)
		f.Closing = w.streams.IsClosing(r)
	}
	if r.App != 0 {
		a := w.layer.At(r.App)
		f.AppProtoTS, f.AppProtoTC = a.Proto[0], a.Proto[1]
		f.AppProto, f.AppProtoOrig = a.Known()
	}
}

// flowID is EVE's flow_id: the worker in the top bits, then the flow's sequence
// number and slot.
func (w *Worker) flowID(slot uint32, r *flow.Record) uint64 {
	return uint64(w.cfg.ID+1)<<56 | (uint64(r.Seq)&0xFFFFFF)<<32 | uint64(slot)
}

// wireLen is the packet's size for flow counters.
func (w *Worker) wireLen(p *packet.Packet) int { return len(p.Frame) }
