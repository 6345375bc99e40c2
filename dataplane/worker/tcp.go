package worker

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/stream"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// tcp takes a TCP packet of a flow through the stream stage, whose sink feeds
// the parsers. It reports whether the handshake was completed by this packet.
func (w *Worker) tcp(p *packet.Packet, slot uint32, r *flow.Record) bool {
	if p.Proto != 6 || p.L4Off == 0 || p.Invalid || p.Tunnel {
		return false
	}
	w.curSlot = slot
	out := w.streams.Packet(p, r, w)
	p.Streamed, p.NoPayload = out.Added, out.NoPayload
	if w.streams.Midstream(r) {
		r.Flags |= flow.FlagMidstream
	}
	if out.Swapped && w.macs != nil {
		w.macs.Rec[slot].turn()
	}
	if r.App != 0 && w.layer.At(r.App).Reversed {
		w.turn(p, slot, r)
	}
	if w.cfg.StreamBypass && w.mayBypass(r) {
		w.bypass(slot)
	}
	switch out.Exception {
	case stream.SessionMemcap:
		w.exception(p, slot, counter.TargetSessionMemcap)
	case stream.ReassemblyMemcap:
		w.exception(p, slot, counter.TargetReassembly)
	case stream.Midstream:
		w.exception(p, slot, counter.TargetMidstream)
	}
	if r.App != 0 {
		w.appErrors(p, slot, r, w.layer.At(r.App))
	}
	if r.State == input.FlowClosed {
		w.observeEnd(r, flow.EndUnknown)
	}
	return out.EstablishedNow
}

// StreamData is the stream stage's sink: octets of the flow that w.curSlot names
// go to its parser.
func (w *Worker) StreamData(r *flow.Record, d input.Dir, data []byte, start uint64, eof bool) {
	f := w.appOf(w.curSlot, r)
	if f == nil || !f.Active() {
		w.streams.StopApp(r, d)
		return
	}
	if eof && w.streams.Cut(r, d) {
		truncateFiles(f, d)
	}
	before := f.Count
	was := w.laps.step(StageApp)
	w.layer.Data(f, d, data, start, eof, w.now)
	w.tellCrash(nil, w.curSlot, r)
	w.laps.step(was)
	w.streams.Speaks(r, f.Final)
	w.observeRequest(r, f)
	if f.Count != before || w.newlyDone(f, d) {
		// A message began or ended: what carried it is looked at with it.
		w.streams.TriggerRaw(r, d)
	}
	if f.Opaque {
		// What came in the clear is still inspected, what follows is not.
		w.streams.StopRaw(r, input.ToServer)
		w.streams.StopRaw(r, input.ToClient)
	}
	if !f.Active() {
		w.streams.StopApp(r, input.ToServer)
		w.streams.StopApp(r, input.ToClient)
	}
}

// newlyDone reports whether a transaction is complete in a direction in which it
// was not judged to its end.
func (w *Worker) newlyDone(f *app.Flow, d input.Dir) bool {
	di := dirIndex(d)
	for _, tx := range f.Txs {
		if tx.Done(d) && tx.Detect().Seen[di] != inspected {
			return true
		}
	}
	return false
}

// StreamGap tells the parser that octets are missing for good.
func (w *Worker) StreamGap(r *flow.Record, d input.Dir, start, n uint64) {
	if r.App != 0 {
		w.layer.Gap(w.layer.At(r.App), d, n)
	}
}

// addStream offers the reassembled octets that a packet made ready to the match
// engine, or skips them where nothing looks at them.
func (w *Worker) addStream(p *packet.Packet, r *flow.Record, look bool) {
	w.addViews(p, r, w.streamViews(p, r), look)
}

// streamViews takes the views of a flow's stream that a packet made ready into
// w.raw, and returns how many there are.
func (w *Worker) streamViews(p *packet.Packet, r *flow.Record) int {
	if r.Stream == 0 || p.Proto != 6 {
		return 0
	}
	return w.streams.Raw(p, r, &w.raw)
}

// addViews offers those views to the match engine, or skips them.
func (w *Worker) addViews(p *packet.Packet, r *flow.Record, n int, look bool) {
	switch {
	case look:
		for i := range n {
			w.engine.AddStream(w.raw[i].Data, w.raw[i].Start, w.context(p, &w.raw[i]), w.raw[i].Scan)
		}
	case r.Stream != 0 && p.Proto == 6:
		w.streams.Inspected(r, p.Dir)
	}
}

// covers reports whether a packet's payload stands in a view where it says that what
// is new begins. Octets may be missing there: urgent ones, what lies before the
// window, what there was no room for. So they are compared.
func (w *Worker) covers(p *packet.Packet, v *stream.RawView) bool {
	pl := p.Payload()
	return w.cfg.Stream.Inline && len(pl) > 0 && v.Seen+len(pl) <= len(v.Data) && bytes.Equal(v.Data[v.Seen:v.Seen+len(pl)], pl)
}

// context is how much of a view was inspected before. Inline, all around the
// payload counts again, as it does in Suricata: the packet that completes a
// pattern is judged by it.
func (w *Worker) context(p *packet.Packet, v *stream.RawView) int {
	if w.cfg.Stream.Inline && p.Source != input.SourceFlowEnd {
		return 0
	}
	return v.Seen
}

// drain inspects and logs what is left of a flow before it goes: what its TCP
// peers never acknowledged, transactions that were not judged to their end.
func (w *Worker) drain(slot uint32, r *flow.Record) {
	var last *packet.Packet
	if r.Flags&flow.FlagDrop == 0 {
		d := input.ToServer
		for range 2 {
			some, turned := w.drainSide(slot, r, d)
			if some {
				last = &w.pseudo
			}
			if !turned {
				d = d.Reverse()
			}
		}
	}
	w.settleEnd(last, slot, r)
}

// maxDrain bounds the pseudo-packets of one direction: each judges a few islands
// of what was left behind holes.
const maxDrain = 64

// drainSide ends one direction and judges what that made ready. It reports
// whether there was something, and whether what came last made the direction the
// other one, so that d now stands for the side that is not drained yet.
func (w *Worker) drainSide(slot uint32, r *flow.Record, d input.Dir) (some, turned bool) {
	for n := range maxDrain {
		w.curSlot = slot
		more := r.Stream != 0 && w.streams.Flush(r, d, w)
		if r.App != 0 && w.layer.At(r.App).Reversed {
			w.pseudo.Dir = d
			w.turn(&w.pseudo, slot, r)
			d, turned = d.Reverse(), !turned
		}
		if !w.judging || !more && (n > 0 || !w.unjudged(r, d)) {
			return n > 0, turned
		}
		w.judgePseudo(slot, r, d)
	}
	return true, turned
}

// judgePseudo judges a direction of a flow with a packet that was never on the
// wire.
func (w *Worker) judgePseudo(slot uint32, r *flow.Record, d input.Dir) {
	p := &w.pseudo
	*p = packet.Packet{}
	p.TimeUS, p.Source, p.Dir = w.now, input.SourceFlowEnd, d
	p.Established = w.isEstablished(r)
	p.IPVersion, p.Proto, p.HasPorts = r.IPVersion, r.Proto, true
	p.Src, p.Dst, p.SrcPort, p.DstPort = r.Src, r.Dst, r.SrcPort, r.DstPort
	if d == input.ToClient {
		p.Src, p.Dst, p.SrcPort, p.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
	}
	for i := range w.ports {
		if w.ports[i].Pair == r.Pair && w.ports[i].Rx != nil {
			p.Port = uint16(i)
			break
		}
	}
	p.Pair = r.Pair
	for i, v := range [...]uint16{r.VLAN[0], r.VLAN[1], r.VLAN3} {
		if p.VLAN[i] = v; v != 0 {
			p.VLANCount = uint8(i + 1)
		}
	}
	w.gather(p, slot, r)
	w.judge()
}

// unjudged reports whether a transaction has something that rules did not see in
// a direction.
func (w *Worker) unjudged(r *flow.Record, d input.Dir) bool {
	if r.App == 0 {
		return false
	}
	for _, tx := range w.layer.At(r.App).Txs {
		if tx.Detect().Seen[dirIndex(d)] != inspected && goes(tx, d) {
			return true
		}
	}
	for _, fr := range w.layer.At(r.App).Frames() {
		if fr.Dir == d && fr.Detect().Seen[dirIndex(d)] != inspected {
			return true
		}
	}
	return false
}

// tcpInfo is what a flow event says of the session.
func (w *Worker) tcpInfo(r *flow.Record) event.TCPInfo { return w.streams.Info(r) }
