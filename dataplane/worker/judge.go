package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
)

// judge ends the batch, and what its flows had no room for.
func (w *Worker) judge() {
	w.judgeBatch()
	w.resume()
}

// judgeBatch is one scan for all buffers of the batch, then each packet's rules in
// order of arrival, its verdict, its events.
func (w *Worker) judgeBatch() {
	if w.nbatch == 0 {
		return
	}
	was := w.laps.lap(StageScan)
	if w.cur != nil {
		w.engine.Scan()
	}
	w.laps.lap(StageRules)
	for i := range w.nbatch {
		w.judgeOne(&w.batch[i])
	}
	w.engine.Reset()
	w.laps.lap(was)
	w.nbatch = 0
	w.layer.Flush()
	w.batchNo++
}

// judgeOne evaluates one packet and folds what was found into its verdict.
func (w *Worker) judgeOne(wt *waiting) {
	defer w.caught(wt)
	p := wt.p
	var res *match.Result
	if wt.item >= 0 {
		res = w.engine.Evaluate(wt.item)
		if res.Scan.Key != 0 && wt.slot != 0 && w.cfg.Stream.Inline {
			w.streams.Scanned(w.flows.At(wt.slot), p.Dir, res.Scan)
		}
		w.applyRules(wt, res)
		if res.Waits && wt.slot != 0 && w.cur.Bundle.Firewall() {
			w.disquiet(p, w.flows.At(wt.slot))
		}
		if wt.offered {
			w.noteJudged(wt, w.flows.At(wt.slot), res.Waits)
		}
	}
	was := w.laps.step(StageEvents)
	if res != nil {
		w.rewrite(p)
		w.ctr.Add(counter.DetectAlert, uint64(res.N))
		would := false
		for i := range res.N {
			w.emitAlert(wt, &res.Alerts[i])
			would = would || res.Alerts[i].Flags&match.AlertWouldDrop != 0
		}
		if would {
			w.ctr.Inc(counter.WouldDrop)
		}
		if w.cfg.Log.VarEvents {
			w.emitVars(wt)
		}
		if res.Tagged {
			w.emitTagged(wt)
		}
	}
	w.emitAnomalies(wt)
	if w.cfg.Log.ARP && p.EtherType == header.EtherTypeARP {
		w.emitARP(wt)
	}
	mode := w.ports[p.Port].Mode
	if p.Verdict >= packet.Drop && p.Carrier == nil {
		w.emitDrop(wt)
		if mode == port.Tap {
			w.ctr.Inc(counter.WouldDrop)
		}
	}
	if wt.slot != 0 {
		w.laps.step(StageSettle)
		w.afterJudgement(wt)
	}
	w.laps.step(was)
}

// applyRules makes the rules' verdict the packet's and, where it holds for the
// flow, the flow's.
func (w *Worker) applyRules(wt *waiting, res *match.Result) {
	p := wt.p
	if res.Bypass && wt.slot != 0 {
		w.bypass(wt.slot)
	}
	if res.StoreCerts {
		w.wantCerts(p, wt.slot)
	}
	if res.Accepted {
		w.accept(wt, res)
	}
	mode := w.ports[p.Port].Mode
	switch res.Verdict {
	case match.VerdictPass:
		wt.passed = true
		if res.FlowWide && wt.slot != 0 {
			w.flows.At(wt.slot).Flags |= flow.FlagPass
		}
	case match.VerdictDrop, match.VerdictReject:
		reason := reasons[res.Why]
		v := packet.Drop
		if res.FlowWide && wt.slot != 0 {
			v = packet.DropFlow
			if mode == port.Inline {
				r := w.flows.At(wt.slot)
				r.Flags = r.Flags&^flow.FlagAccept | flow.FlagDrop | flow.FlagDropRules
				if res.DropByFirewall {
					r.Flags |= flow.FlagDropFirewall
				}
			} else {
				w.flows.At(wt.slot).Flags |= flow.FlagSpared
			}
		}
		p.Raise(v, reason)
		wt.rule, wt.hasRule = res.Rule, res.HasRule
		if res.Verdict == match.VerdictReject {
			p.Raise(packet.Reject, reason)
			wt.sides = res.RejectSides
			if mode == port.Inline {
				w.reject(p, res.RejectSides)
			}
		}
	}
}
