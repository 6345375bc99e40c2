package worker

import (
	"math/bits"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// emitAnomalies writes the decode and stream events that a packet raised.
func (w *Worker) emitAnomalies(wt *waiting) {
	p := wt.p
	if !p.Events.Any() {
		return
	}
	w.observeViolation(&p.Src, p.IPVersion, p.Pair)
	for word, set := range p.Events {
		for ; set != 0; set &= set - 1 {
			w.tellEvent(wt, input.EventID(64*word+bits.TrailingZeros64(set)))
		}
	}
	for _, id := range p.Again[:p.Agains] {
		w.tellEvent(wt, id)
	}
}

func (w *Worker) tellEvent(wt *waiting, id input.EventID) {
	w.countEvent(id)
	if w.cfg.Log.Anomaly {
		w.emitAnomaly(wt, id)
	}
}

func (w *Worker) countEvent(id input.EventID) {
	if w.cfg.Set == nil {
		return
	}
	switch {
	case id < input.MaxDecodeEvents:
		w.ctr.Inc(w.cfg.Set.DecodeEvent(int(id)))
	case id < input.FirstAppEvent:
		w.ctr.Inc(w.cfg.Set.StreamEvent(int(id - input.MaxDecodeEvents)))
	}
}

// decodeAnomalies and streamAnomalies are the events as anomaly.event has them.
var (
	decodeAnomalies = prefixed("decoder.", input.DecodeEventNames[:])
	streamAnomalies = prefixed("stream.", input.StreamEventNames[:])
)

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

func (w *Worker) emitAnomaly(wt *waiting, id input.EventID) {
	kind, name := event.AnomalyDecode, ""
	proto, layer := "", ""
	switch {
	case id >= input.FirstAppEvent:
		if i := id - input.FirstAppEvent; i < input.NumAppEvents {
			kind, name, layer = event.AnomalyAppLayer, input.AppEventNames[i], "proto_detect"
			if r := w.flows.At(wt.slot); r.App != 0 {
				proto = w.layer.At(r.App).Final.String()
			}
		}
	case id >= input.MaxDecodeEvents:
		if i := int(id - input.MaxDecodeEvents); i < len(input.StreamEventNames) {
			kind, name = event.AnomalyStream, streamAnomalies[i]
		}
	case int(id) < len(decodeAnomalies):
		name = decodeAnomalies[id]
	}
	wr := w.begin(event.KindAnomaly)
	if wr == nil {
		return
	}
	w.head(wr.Head(), wt.p, wt.slot)
	w.metadata(wr, wt.slot, true)
	w.writeEther(wr, wt.p)
	event.WriteAnomaly(wr, kind, name, proto, layer)
	if w.cfg.Log.PacketHead && kind != event.AnomalyAppLayer {
		writePacketHead(wr, wt.p, packetHead)
	}
	w.cfg.Ring.Commit()
}

// packetHead is how much of a packet an anomaly shows, in octets.
const packetHead = 32

// checksums computes what a loaded rule or the stream stage asks of a packet.
func (w *Worker) checksums(p *input.Packet) {
	if !w.cfg.CheckSums && (w.cur == nil || !w.cur.Bundle.NeedsChecksums) {
		return
	}
	if w.cfg.TrustSums {
		p.L3CSum, p.L4CSum = input.CSumGood, input.CSumGood
		return
	}
	if p.L3CSum == input.CSumUnknown {
		p.L3CSum = decode.CheckL3(p)
	}
	if p.L4CSum == input.CSumUnknown {
		p.L4CSum = decode.CheckL4(p)
	}
}

// drainFindings writes what the anomaly detectors found since the last burst.
func (w *Worker) drainFindings() {
	if w.scorer == nil {
		return
	}
	found := w.scorer.Findings()
	if len(found) == 0 {
		return
	}
	for i := range found {
		w.ctr.Inc(counter.AnomalyFindings)
		w.emitFinding(&found[i])
	}
	w.scorer.ResetFindings()
}

// emitFinding writes a finding: what was counted, against which expectation,
// with which error, and who contributed most.
func (w *Worker) emitFinding(f *anomaly.Finding) {
	wr := w.begin(event.KindFinding)
	if wr == nil {
		return
	}
	wr.EventType(event.KindAnomaly.String())
	h := wr.Head()
	h.TimeUS, h.Pair = f.TimeUS, f.Pair
	// The head has no addresses: a finding is about one side alone.
	switch f.Role {
	case anomaly.RoleSource:
		wr.IP("src_ip", &f.Addr, f.IPVersion)
	case anomaly.RoleDestination:
		wr.IP("dest_ip", &f.Addr, f.IPVersion)
	}
	event.WriteAnomaly(wr, event.AnomalyDetector, f.Detector.String(), "", "")
	d := &anomaly.Detectors[f.Detector]
	wr.Obj("weir")
	wr.StrConst("detector", d.Name)
	wr.StrConst("counts", d.Counts)
	wr.StrConst("phase", f.Phase.String())
	wr.StrConst("subject", f.Role.String())
	if f.Port != 0 {
		wr.Uint("port", uint64(f.Port))
	}
	if f.DomainLen > 0 {
		wr.Str("domain", f.Domain[:min(int(f.DomainLen), len(f.Domain))])
	}
	wr.Float("counted", f.Counted)
	if d.Second != "" {
		wr.Obj("second")
		wr.StrConst("counts", d.Second)
		wr.Float("counted", f.Second)
		wr.End()
	}
	wr.Float("expected", f.Expected)
	wr.Float("error", f.Bound)
	if f.Baseline > 0 {
		wr.Float("baseline", f.Baseline)
	}
	wr.Uint("window_ms", uint64(max(f.WindowUS, 0)/1000))
	wr.Uint("score", uint64(f.Score))
	wr.StrConst("action", f.Action.String())
	wr.Uint("touched", f.Touched)
	wr.Bool("verified", f.Verified)
	if f.ExpiresUS != 0 {
		wr.Time("expires", f.ExpiresUS)
	}
	wr.Arr("top")
	for i := range min(int(f.TopLen), len(f.Top)) {
		t := &f.Top[i]
		wr.Obj("")
		wr.IP("address", &t.Addr, t.IPVersion)
		if t.Port != 0 {
			wr.Uint("port", uint64(t.Port))
		}
		wr.Uint("count", t.Count)
		wr.Uint("error", t.Error)
		wr.End()
	}
	wr.End()
	wr.End()
	w.cfg.Ring.Commit()
}
