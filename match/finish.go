package match

import (
	"github.com/weir-ips/weir/match/input"
)

// matched notes that a rule matched and carries out what it changes at once:
// the rules behind it see its flowbits.
func (e *Engine) matched(it *item, r *Result, id uint32, f AlertFlags, tx input.Tx, app input.AppProto) {
	e.Stats.Matches++
	rule := &e.b.Rules[id]
	e.commitVars(id, it.pkt.Flow)
	e.repl.commit()
	e.postOps(rule, it, r, tx)
	if r.N == MaxAlerts {
		// The queue keeps the rules that rank first.
		if id >= r.Alerts[r.N-1].Rule {
			e.Stats.AlertOverflow++
			return
		}
		r.N--
		e.Stats.AlertOverflow++
	}
	at := r.N
	for at > 0 && before(id, tx, &r.Alerts[at-1]) {
		r.Alerts[at] = r.Alerts[at-1]
		at--
	}
	r.Alerts[at] = Alert{Rule: id, Action: rule.Action, Flags: f, Tx: tx, App: app, Dir: it.pkt.Dir}
	r.N++
}

// before orders alerts by the rank of their rules; of one rule, the newest
// transaction comes first and what belongs to none last.
func before(id uint32, tx input.Tx, a *Alert) bool {
	if id != a.Rule {
		return id < a.Rule
	}
	return tx != nil && (a.Tx == nil || tx.ID() > a.Tx.ID())
}

// finish runs thresholds over the alerts in order of rank and folds their
// actions. A pass ends the list; drops and rejects add up, the first names the
// rule; once the packet is dropped, a pass cannot save it.
func (e *Engine) finish(it *item, r *Result) {
	n := 0
	for i := range r.N {
		a := r.Alerts[i]
		if e.account(it, r, &a, &n) {
			break
		}
	}
	e.kept(it, r, n)
}

// kept ends the list of alerts behind those that stay.
func (e *Engine) kept(it *item, r *Result, n int) {
	for i := n; i < r.N; i++ {
		r.Alerts[i].Tx = nil
	}
	r.N = n
	r.Tagged = e.state.Tagged(it.pkt, len(it.pkt.Frame))
}

// account runs one alert's threshold, folds its action and keeps it as the n-th
// when it is to be seen. It reports whether it was a pass.
func (e *Engine) account(it *item, r *Result, a *Alert, n *int) (pass bool) {
	rule := &e.b.Rules[a.Rule]
	out := Emit
	if rule.Threshold != 0 && it.pkt.IPVersion != 0 {
		out = e.thresholds(rule, it.pkt, a)
	}
	if out == Below {
		e.Stats.Suppressed++
		return false
	}
	if rule.Flags&RTag != 0 {
		e.tag(rule, it.pkt)
	}
	if rule.Shadow != 0 && (a.Action == ActDrop || a.Action == ActReject) {
		a.Flags |= AlertWouldDrop
	}
	r.apply(a, rule)
	switch {
	case out == Quiet || rule.Action == ActConfig || rule.Flags&RNoAlert != 0 && rule.Action != ActPass:
		e.Stats.Suppressed++
		return false
	case a.Action != ActPass || rule.Flags&RLogPass != 0:
		e.keep(r, a, n)
	}
	return a.Action == ActPass
}

// keep makes an alert the n-th of those that are seen.
func (e *Engine) keep(r *Result, a *Alert, n *int) {
	if *n == e.limits.Alerts {
		e.Stats.AlertOverflow++
		return
	}
	r.Alerts[*n] = *a
	*n++
}

// apply folds one alert's action into the verdict.
func (r *Result) apply(a *Alert, rule *RuleRec) {
	if a.Flags&AlertWouldDrop != 0 {
		return
	}
	switch a.Action {
	case ActPass:
		if r.Verdict == VerdictNone {
			r.Verdict, r.Rule, r.FlowWide, r.HasRule = VerdictPass, a.Rule, rule.flowWide(a.Flags), true
		}
	case ActDrop, ActReject:
		if r.Verdict < VerdictDrop {
			r.Verdict, r.Rule, r.FlowWide = VerdictDrop, a.Rule, false
			r.Why, r.HasRule = DropRules, true
			if a.Flags&AlertRateFilter != 0 {
				r.Why = DropThreshold
			}
		}
		r.FlowWide = r.FlowWide || rule.flowWide(a.Flags)
		if a.Action == ActReject {
			r.Verdict = VerdictReject
			if r.RejectSides |= rule.RejectSides; r.RejectSides == 0 {
				// rate_filter made a reject of another action.
				r.RejectSides = RejectSrc
			}
		}
	}
}

// flowWide says whether a rule's verdict holds for the flow: always for rules
// that judge addresses, protocols or transactions, for payload rules when they
// matched on the stream, never for rules on single packets.
func (rule *RuleRec) flowWide(f AlertFlags) bool {
	if rule.Scope != ScopeAuto {
		return rule.Scope == ScopeFlow
	}
	if rule.Flags&(RIPOnly|RTx|RFlowAction) != 0 {
		return true
	}
	return f&(AlertStream|AlertTx) != 0
}

// thresholds asks the rule's chain: first what suppresses it, then its
// threshold. The first that does not let the alert through ends it.
func (e *Engine) thresholds(rule *RuleRec, p *input.Packet, a *Alert) Outcome {
	for t := rule.Threshold; t != 0; {
		rec := &e.b.Limits[t-1]
		t = rec.Next
		if rec.Type == ThSuppress {
			if e.suppresses(rec, p) {
				return Quiet
			}
			continue
		}
		switch o := e.state.Threshold(rec, rule, p); o {
		case Emit:
		case NewAction:
			if rec.NewAction != 0 {
				a.Flags |= AlertRateFilter
				a.Action = Action(rec.NewAction)
			}
		default:
			return o
		}
	}
	return Emit
}

func (e *Engine) suppresses(rec *ThresholdRec, p *input.Packet) bool {
	src := rec.Track == TrackSrc || rec.Track == TrackEither
	dst := rec.Track == TrackDst || rec.Track == TrackEither
	return src && e.b.hasAddr(rec.Set, &p.Src, p.IPVersion) || dst && e.b.hasAddr(rec.Set, &p.Dst, p.IPVersion)
}

// tag starts the tags of a rule whose alert stands.
func (e *Engine) tag(rule *RuleRec, p *input.Packet) {
	ops := e.b.Ops[rule.PostOps.Off : rule.PostOps.Off+rule.PostOps.N]
	for i := range ops {
		if ops[i].Code == OpTag {
			e.state.SetTag(&ops[i], rule, p)
		}
	}
}
