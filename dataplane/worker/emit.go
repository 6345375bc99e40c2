package worker

import (
	"math"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// begin starts a record; in replay it waits for room.
func (w *Worker) begin(k event.Kind) *event.Writer {
	r := w.cfg.Ring
	if w.cfg.Wait != nil {
		for !r.Room() {
			w.cfg.Wait()
		}
	}
	wr := r.Begin(k)
	if wr != nil {
		wr.Head().Worker = uint16(w.cfg.ID)
	}
	return wr
}

// head fills a record's head from a packet and its flow.
func (w *Worker) head(h *event.Head, p *packet.Packet, slot uint32) {
	h.TimeUS, h.PktNum = p.TimeUS, p.Num
	h.IPVersion, h.Proto = p.IPVersion, p.Proto
	h.Src, h.Dst = p.Src, p.Dst
	h.SrcPort, h.DstPort = p.SrcPort, p.DstPort
	h.VLAN, h.VLANCount = p.VLAN, p.VLANCount
	h.Dir, h.Pair, h.TunnelDepth = uint8(p.Dir), p.Pair, p.Depth
	h.Source = sourceOf(p)
	h.Port = uint8(p.Port)
	h.Flags |= event.HasPort | w.modeFlags(int(p.Port))
	if p.HasPorts {
		h.Flags |= event.HasPorts
	}
	if (p.Proto == 1 || p.Proto == 58) && p.L4Off > 0 {
		h.Flags |= event.HasICMP
		h.ICMPType, h.ICMPCode = p.ICMPType, p.ICMPCode
	}
	if p.FromInside {
		h.Flags |= event.FromInside
	}
	if p.Source == input.SourceFlowEnd {
		h.Flags |= event.Pseudo
	}
	if slot != 0 {
		r := w.flows.At(slot)
		h.FlowID, h.FlowStartUS = w.flowID(slot, r), r.StartUS
		w.headApp(h, r)
	}
}

func (w *Worker) modeFlags(i int) event.Flags {
	if w.ports[i].Mode == port.Inline {
		return event.Inline
	}
	return 0
}

// headApp fills the application protocols of a flow.
func (w *Worker) headApp(h *event.Head, r *flow.Record) {
	if r.App == 0 {
		return
	}
	a := w.layer.At(r.App)
	h.AppProto, h.AppProtoTS, h.AppProtoTC = uint16(a.Final), uint16(a.Proto[0]), uint16(a.Proto[1])
	h.AppProtoOrig, h.AppProtoExpected = uint16(a.Orig), uint16(a.Expected)
}

// sourceOf says what made a packet, in EVE's terms.
func sourceOf(p *packet.Packet) event.Source {
	switch p.Source {
	case input.SourceDefrag:
		return event.SourceDefrag
	case input.SourceFlowEnd:
		return event.SourceFlowTimeout
	case input.SourceTunnel:
		o := p.Outer
		switch {
		case o == nil:
		case o.Proto == 47:
			return event.SourceGRE
		case o.Proto == 17:
			return event.SourceVXLAN
		case o.IPVersion == 6:
			return event.SourceIPv6Tunnel
		}
		return event.SourceIPv4Tunnel
	}
	return event.SourceWire
}

// emitAlert writes an alert of the packet just judged.
func (w *Worker) emitAlert(wt *waiting, a *match.Alert) {
	if wt.slot != 0 {
		w.flows.At(wt.slot).Flags |= flow.FlagAlerted
	}
	if !w.cfg.Log.Alert {
		return
	}
	wr := w.begin(event.KindAlert)
	if wr == nil {
		return
	}
	p := wt.p
	h := wr.Head()
	w.head(h, p, wt.slot)
	rule := &w.cur.Bundle.Rules[a.Rule]
	h.Flags |= event.HasRule
	h.RuleIndex, h.Generation = a.Rule, w.cur.Bundle.Generation
	h.Action = actionOf(a.Action, rule.RejectSides)
	if h.Verdict = w.verdictOf(wt); h.Verdict == event.ActionAlert && wt.passed {
		h.Verdict |= event.ActionPass
	}
	if a.Flags&match.AlertWouldDrop != 0 {
		h.Flags |= event.WouldDrop
	}
	if a.Flags&match.AlertRateFilter != 0 {
		h.Flags |= event.ActionModified
	}
	if a.Flags&(match.AlertStream|match.AlertTx) != 0 {
		h.Flags |= event.MatchedStream
	}
	var xff []byte
	if x := &w.cfg.Log.XFF.Alert; x.Mode != XFFOff && wt.slot != 0 {
		xff = x.place(h, p.Dir, w.alertXFF(x, wt.slot, a))
	}
	w.alertContext(wr, a, xff)
	w.metadata(wr, wt.slot, true)
	transport(wr, p)
	tx, _ := a.Tx.(app.Tx)
	if fr, ok := a.Tx.(*app.Frame); ok {
		w.writeAlertFrame(wr, wt.slot, fr)
	} else if tx == nil {
		var guessed bool
		if tx, guessed = w.guessTx(p, wt.slot, rule); guessed {
			h.Flags |= event.TxGuessed
		}
	}
	if tx != nil {
		h.Flags |= event.HasTx
		h.TxID = tx.ID()
		w.writeStates(wr, wt.slot, tx)
		if w.cfg.Log.Metadata {
			tx.Meta(wr)
			file.LogAll(wr, filesOf(tx), tx.ID(), func(f *file.File) bool { return f.Dir == p.Dir })
		}
	}
	w.writeEther(wr, p)
	if p.Carrier != nil {
		w.writeTunnel(wr, p)
	}
	if wt.slot != 0 && w.cfg.Log.AlertFlow {
		f := w.flowInfo(wt.slot, w.flows.At(wt.slot))
		event.WriteFlowSummary(wr, &f)
	}
	if w.cfg.Log.Payload != 0 {
		w.writePayload(wr, wt, a)
	}
	if w.cfg.Log.Packet && len(p.Frame) > 0 {
		writePacket(wr, p)
	}
	w.cfg.Ring.Commit()
}

// writePayload writes what an alert was raised on: the packet's payload, or for a
// match on a stream or a transaction over TCP what is held of the stream.
func (w *Worker) writePayload(wr *event.Writer, wt *waiting, a *match.Alert) {
	data, stream := wt.p.Payload(), false
	if a.Flags&(match.AlertStream|match.AlertTx) != 0 && wt.slot != 0 {
		if held := w.streams.AppendHeld(w.excerpt[:0], w.flows.At(wt.slot), wt.p.Dir); len(held) > 0 {
			data, stream = held, true
		}
	}
	event.WritePayload(wr, data, w.cfg.Log.Payload, stream)
}

// writePacket writes a packet from its link header on. What travels in a tunnel
// has none that counts: EVE calls it raw.
func writePacket(wr *event.Writer, p *packet.Packet) { writePacketHead(wr, p, math.MaxInt) }

// writePacketHead is writePacket for the first n octets.
func writePacketHead(wr *event.Writer, p *packet.Packet, n int) {
	link := p.Link
	if p.LinkHeader != nil {
		link = p.HeaderLink
	}
	if p.Depth > 0 {
		link = input.LinkRaw
	}
	head := p.LinkHeader[:min(len(p.LinkHeader), n)]
	event.WritePacket(wr, head, p.Frame[:min(len(p.Frame), n-len(head))], uint16(link))
}

// actionOf is a rule's action as events fold it.
func actionOf(a match.Action, sides uint8) event.Action {
	switch a {
	case match.ActDrop:
		return event.ActionAlert | event.ActionDrop
	case match.ActReject:
		return event.ActionAlert | event.ActionDrop | rejectOf(sides)
	case match.ActPass:
		return event.ActionPass
	case match.ActAccept:
		return event.ActionAlert | event.ActionAccept
	}
	return event.ActionAlert
}

// rejectOf names the sides that a reject answers.
func rejectOf(sides uint8) event.Action {
	switch sides {
	case match.RejectDst:
		return event.ActionRejectDst
	case match.RejectBoth:
		return event.ActionRejectBoth
	}
	return event.ActionReject
}

// verdictOf is what became of the packet. A reject is told of where nothing is
// dropped, too.
func (w *Worker) verdictOf(wt *waiting) event.Action {
	p := wt.p
	switch mode := w.ports[p.Port].Mode; {
	case p.Verdict == packet.Reject && mode == port.Inline:
		return event.ActionDrop | rejectOf(wt.sides)
	case p.Verdict == packet.Reject && mode == port.IDS:
		return event.ActionAlert | rejectOf(wt.sides)
	case p.Verdict >= packet.Drop && mode == port.Inline:
		return event.ActionDrop
	}
	if w.firewalled() {
		return event.ActionAccept
	}
	return event.ActionAlert
}

// emitDrop writes a drop event: one for each dropped packet that has a reason of
// its own, and for the first of a dropped flow.
func (w *Worker) emitDrop(wt *waiting) {
	p := wt.p
	if !w.cfg.Log.Drop || w.ports[p.Port].Mode != port.Inline {
		return
	}
	if wt.slot != 0 && !w.cfg.Log.DropAll && p.Verdict >= packet.Drop {
		r := w.flows.At(wt.slot)
		bit := flow.FlagLoggedDropTS
		if p.Dir == input.ToClient {
			bit = flow.FlagLoggedDropTC
		}
		if r.Flags&flow.FlagDrop != 0 {
			if r.Flags&bit != 0 {
				return
			}
			r.Flags |= bit
		}
	}
	wr := w.begin(event.KindDrop)
	if wr == nil {
		return
	}
	h := wr.Head()
	w.head(h, p, wt.slot)
	h.Reason = p.Reason
	h.Verdict = w.verdictOf(wt)
	if wt.hasRule && w.cfg.Log.DropAlerts {
		h.Flags |= event.HasRule
		h.RuleIndex, h.Generation = wt.rule, w.cur.Bundle.Generation
		rule := &w.cur.Bundle.Rules[wt.rule]
		h.Action = actionOf(rule.Action, rule.RejectSides)
	}
	w.metadata(wr, wt.slot, true)
	w.writeEther(wr, p)
	d := dropInfo(p)
	event.WriteDrop(wr, &d)
	w.cfg.Ring.Commit()
}

// dropInfo is the header of a dropped packet.
func dropInfo(p *packet.Packet) event.DropInfo {
	d := event.DropInfo{Len: uint16(p.L3End - p.L3Off), TOS: p.TOS, TTL: p.TTL, IPID: uint16(p.IPID)}
	if p.IPVersion == 6 {
		d.Len -= min(d.Len, 40)
	}
	if p.L4Off == 0 {
		return d
	}
	d.HasL4 = true
	switch p.Proto {
	case 6:
		t := &p.TCP
		d.Seq, d.Ack, d.Window, d.TCPFlags, d.Urgent = t.Seq, t.Ack, t.Window, t.Flags, t.Urgent
	case 17:
		d.UDPLen = uint16(p.L3End - p.L4Off)
	case 1, 58:
		d.ICMPID, d.ICMPSq = p.ICMPID, p.ICMPSeq
	}
	return d
}

func (w *Worker) writeTunnel(wr *event.Writer, p *packet.Packet) {
	o := p.Carrier
	t := event.TunnelInfo{Src: o.Src, Dst: o.Dst, IPVersion: o.IPVersion, SrcPort: o.SrcPort, DstPort: o.DstPort,
		Proto: o.Proto, Depth: p.Depth, PktNum: o.Num, Source: sourceOf(o)}
	event.WriteTunnel(wr, &t)
}

// flowInfo is what events say of a flow.
func (w *Worker) flowInfo(slot uint32, r *flow.Record) event.FlowInfo {
	f := event.FlowInfo{
		FlowCounts: event.FlowCounts{PktsTS: uint64(r.PktsTS), PktsTC: uint64(r.PktsTC), BytesTS: r.BytesTS, BytesTC: r.BytesTC},
		StartUS:    r.StartUS, LastUS: r.LastUS,
		State: stateName(r.State), Reason: r.EndReason.String(),
		Alerted:   r.Flags&flow.FlagAlerted != 0,
		Emergency: r.Flags&flow.FlagEmergency != 0,
	}
	e := w.rates.Elephant(slot, r.Seq)
	f.ElephantTS, f.ElephantTC = e&1 != 0, e&2 != 0
	f.Exceptions = w.exceptionUses(r)
	switch {
	case r.Flags&(flow.FlagDrop|flow.FlagSpared) != 0: // carried out or not
		f.Action = "drop"
	case r.Flags&flow.FlagAccept != 0:
		f.Action = "accept"
	case r.Flags&flow.FlagPass != 0:
		f.Action = "pass"
	}
	if r.State == input.FlowBypassed {
		f.Bypass = "local"
	}
	f.TxCount = w.txCount(r)
	return f
}

// txCount is the number of transactions of a flow so far.
func (w *Worker) txCount(r *flow.Record) uint64 {
	if r.App == 0 {
		return 0
	}
	return w.layer.At(r.App).Count
}

func stateName(s input.FlowState) string {
	switch s {
	case input.FlowEstablished:
		return "established"
	case input.FlowClosed:
		return "closed"
	case input.FlowBypassed:
		return "bypassed"
	}
	return "new"
}

// emitFlow writes the flow and netflow events of a flow that ends.
func (w *Worker) emitFlow(slot uint32, r *flow.Record) {
	if w.cfg.Log.Flow {
		if wr := w.begin(event.KindFlow); wr != nil {
			w.flowHead(wr.Head(), slot, r, input.ToServer)
			w.metadata(wr, slot, false)
			w.writeFlowEnds(wr, slot, r, input.ToServer)
			f := w.flowInfo(slot, r)
			event.WriteFlow(wr, &f)
			if r.Proto == 6 {
				t := w.tcpInfo(r)
				event.WriteTCP(wr, &t)
			}
			w.cfg.Ring.Commit()
		}
	}
	if !w.cfg.Log.Netflow {
		return
	}
	for _, d := range [...]input.Dir{input.ToServer, input.ToClient} {
		pkts, octets, flags := uint64(r.PktsTS), r.BytesTS, r.FlagsTS
		if d == input.ToClient {
			pkts, octets, flags = uint64(r.PktsTC), r.BytesTC, r.FlagsTC
			if pkts == 0 {
				continue
			}
		}
		wr := w.begin(event.KindNetflow)
		if wr == nil {
			continue
		}
		w.flowHead(wr.Head(), slot, r, d)
		w.metadata(wr, slot, false)
		w.writeFlowEnds(wr, slot, r, d)
		ttl := r.TTL[dirIndex(d)]
		event.WriteNetflow(wr, pkts, octets, r.StartUS, r.LastUS, ttl.Min, ttl.Max, w.txCount(r))
		if r.Proto == 6 {
			event.WriteNetflowTCP(wr, flags)
		}
		w.cfg.Ring.Commit()
	}
}

// flowHead fills a head from a flow, client first, or turned for the way back.
func (w *Worker) flowHead(h *event.Head, slot uint32, r *flow.Record, d input.Dir) {
	h.TimeUS, h.FlowID, h.FlowStartUS = max(w.now, r.LastUS), w.flowID(slot, r), r.StartUS
	h.IPVersion, h.Proto = r.IPVersion, r.Proto
	h.Src, h.Dst, h.SrcPort, h.DstPort = r.Src, r.Dst, r.SrcPort, r.DstPort
	if d == input.ToClient {
		h.Src, h.Dst, h.SrcPort, h.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
	}
	h.Pair = r.Pair
	switch r.Proto {
	case 6, 17, 132:
		h.Flags |= event.HasPorts
	case 1, 58:
		h.Flags |= event.HasICMP
		h.ICMPType, h.ICMPCode = uint8(r.SrcPort), r.FlagsTS
		if d == input.ToClient {
			h.ICMPType, h.ICMPCode = uint8(r.DstPort), r.FlagsTC
		}
	}
	for i, v := range [...]uint16{r.VLAN[0], r.VLAN[1], r.VLAN3} {
		if v != 0 {
			h.VLAN[i] = v
			h.VLANCount = uint8(i + 1)
		}
	}
	if r.Flags&flow.FlagInside != 0 {
		h.Flags |= event.FromInside
	}
	w.headApp(h, r)
}

// writeFlowEnds writes what flow events say of the two ends beyond addresses and
// ports: the security association of ESP, the answering ICMP message, link-layer
// addresses.
func (w *Worker) writeFlowEnds(wr *event.Writer, slot uint32, r *flow.Record, d input.Dir) {
	switch r.Proto {
	case 50:
		wr.Uint("spi", uint64(r.SrcPort)<<16|uint64(r.DstPort))
	case 1, 58:
		if d == input.ToServer && r.PktsTC > 0 {
			wr.Uint("response_icmp_type", uint64(r.DstPort))
			wr.Uint("response_icmp_code", uint64(r.FlagsTC))
		}
	}
	w.writeEtherFlow(wr, slot, d)
}

// writeStates writes the kind of a transaction, for a protocol that has several,
// and the states that its sides have reached.
func (w *Worker) writeStates(wr *event.Writer, slot uint32, tx app.Tx) {
	if slot == 0 {
		return
	}
	r := w.flows.At(slot)
	if r.App == 0 {
		return
	}
	row := w.layer.At(r.App).ParserOf(tx)
	if row == nil {
		return
	}
	kind := 0
	if s, ok := tx.(input.SubState); ok {
		kind = int(s.SubState()) - 1
	}
	if kind < 0 || kind >= len(row.Hooks) {
		return
	}
	h := &row.Hooks[kind]
	writeConst(wr, "sub_state", h.Sub)
	writeConst(wr, "ts_progress", stateOf(h.ToServer, tx.Progress(input.ToServer)))
	writeConst(wr, "tc_progress", stateOf(h.ToClient, tx.Progress(input.ToClient)))
}

func writeConst(wr *event.Writer, key, v string) {
	if v != "" {
		wr.StrConst(key, v)
	}
}

// stateOf names the last state that progress has reached.
func stateOf(states []input.Hook, progress uint8) (name string) {
	for i := range states {
		if states[i].Step <= progress {
			name = states[i].Name
		}
	}
	return name
}
