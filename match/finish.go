package match

import (
	"github.com/weir-ips/weir/match/input"
)

// matched notes that a rule matched and carries out what it changes at once:
// the rules behind it see its flowbits.
func (e *Engine) matched(it *item, r *Result, id uint32, f AlertFlags, tx input.Tx, app input.AppProto) {
	e.Stats.Matches++
	rule := &e.b.Rules[id]
	e.postOps(rule, it, r)
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
	for at > 0 && r.Alerts[at-1].Rule > id {
		r.Alerts[at] = r.Alerts[at-1]
		at--
	}
	r.Alerts[at] = Alert{Rule: id, Action: rule.Action, Flags: f, Tx: tx, App: app, Dir: it.pkt.Dir}
	r.N++
}

// finish runs thresholds over the alerts in order of rank and folds their
// actions: a pass ends the list, the first drop or reject decides the packet.
func (e *Engine) finish(it *item, r *Result) {
	n := 0
	for i := range r.N {
		a := r.Alerts[i]
		rule := &e.b.Rules[a.Rule]
		out := e.thresholds(rule, it.pkt)
		if out == Below {
			continue
		}
		if out == NewAction {
			a.Flags |= AlertRateFilter
			a.Action = Action(e.b.Limits[rule.Threshold-1].NewAction)
		}
		if out == Quiet || rule.Flags&RNoAlert != 0 {
			a.Flags |= AlertQuiet
		}
		if rule.Shadow != 0 && (a.Action == ActDrop || a.Action == ActReject) {
			a.Flags |= AlertWouldDrop
		}
		r.apply(&a, rule)
		if a.Flags&AlertQuiet == 0 && a.Action != ActPass && a.Action != ActConfig {
			if n < e.limits.Alerts {
				r.Alerts[n] = a
				n++
			} else {
				e.Stats.AlertOverflow++
			}
		}
		if a.Action == ActPass {
			break
		}
	}
	for i := n; i < r.N; i++ {
		r.Alerts[i].Tx = nil
	}
	r.N = n
}

// apply folds one alert's action into the verdict.
func (r *Result) apply(a *Alert, rule *RuleRec) {
	if a.Flags&AlertWouldDrop != 0 {
		return
	}
	v := VerdictNone
	switch a.Action {
	case ActPass:
		v = VerdictPass
	case ActDrop:
		v = VerdictDrop
	case ActReject:
		v = VerdictReject
	default:
		return
	}
	if v <= r.Verdict || r.Verdict == VerdictPass {
		return
	}
	r.Verdict, r.Rule, r.RejectSides = v, a.Rule, rule.RejectSides
	r.FlowWide = rule.flowWide(a.Flags)
	r.ThresholdDrop = a.Flags&AlertRateFilter != 0
}

// flowWide says whether a rule's verdict holds for the flow: always for rules
// that judge addresses, protocols or transactions, for payload rules when they
// matched on the stream, never for rules on single packets.
func (rule *RuleRec) flowWide(f AlertFlags) bool {
	if rule.Flags&(RIPOnly|RTx|RFlowAction) != 0 {
		return true
	}
	return f&(AlertStream|AlertTx) != 0
}

func (e *Engine) thresholds(rule *RuleRec, p *input.Packet) Outcome {
	out := Emit
	if rule.Filter != 0 {
		if o := e.state.Threshold(&e.b.Limits[rule.Filter-1], rule, p); o != Emit {
			return o
		}
	}
	for t := rule.Threshold; t != 0; t = e.b.Limits[t-1].Next {
		o := e.state.Threshold(&e.b.Limits[t-1], rule, p)
		if o == NewAction || o > out {
			out = o
		}
		if o == Below {
			return o
		}
	}
	return out
}
