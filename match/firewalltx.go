package match

import "github.com/weir-ips/weir/match/input"

// subState is the kind of a transaction, 0 for protocols that have one kind.
func subState(tx input.Tx) uint8 {
	if s, ok := tx.(input.SubState); ok {
		return s.SubState()
	}
	return 0
}

// filterTx judges the states that a transaction has reached, from the one where
// it stood before: each needs a rule or a policy that accepts it. It returns
// false when the packet is dropped.
func (e *Engine) filterTx(it *item, ref *txRef, det *input.TxDetect, r *Result) bool {
	f := &e.fw
	if f.skipApp || f.acceptFlow || det.Accepted {
		return true
	}
	hooks := e.b.hooks(ref.app, ref.dir, subState(ref.tx))
	if len(hooks) == 0 {
		return true
	}
	di := ref.dir - 1
	last := reached(hooks, ref.tx.Progress(ref.dir))
	held := det.HookHeld[di]
	for h := int(det.Hook[di]); h <= last; h++ {
		det.Hook[di], det.HookHeld[di] = uint8(h), held
		if !e.hook(it, ref, det, r, &hooks[h], h, h < last) {
			return false
		}
		if f.skipApp || f.acceptFlow || det.Accepted {
			return true
		}
		held = false
	}
	return true
}

// hook judges one state: the first rule that matches decides, or the policy. A
// state that is held was accepted for what its buffers held: rules that did not
// match yet are asked about what came since, about bodies each time, about
// buffers of several instances when the transaction leaves the state.
func (e *Engine) hook(it *item, ref *txRef, det *input.TxDetect, r *Result, h *HookRec, at int, leaves bool) bool {
	f := &e.fw
	held := det.HookHeld[ref.dir-1]
	for _, id := range e.b.Refs[h.Rules.Off : h.Rules.Off+h.Rules.N] {
		rule := &e.b.Rules[id]
		if held && !e.grown(det, ref, id, rule, leaves) {
			continue
		}
		start := e.meterStart(id)
		res := e.ruleHook(it, ref, rule)
		e.meterEnd(id, start, res == yes)
		switch {
		case res == no || res == pending && rule.Flags&RUpTo == 0:
			continue
		case int(rule.At) > at:
			// <hook: an earlier state goes with the rule as long as it may match.
			return true
		case res == pending:
			return true
		}
		if !e.matchedFirewall(it, r, id, AlertTx, ref) {
			continue
		}
		if rule.Lists.N > 0 {
			det.HookHeld[ref.dir-1] = true
			e.remember(det, e.states.find(det, id, uint8(ref.dir)), id, uint8(ref.dir), maskHeader, stateDone)
		}
		switch rule.Action {
		case ActDrop, ActReject:
			f.rule, f.hasRule = id, true
			return f.take(rule.Action, rule.Scope, rule.RejectSides, DropFirewall)
		case ActAccept:
			e.acceptTx(det, rule.Scope)
			return true
		}
	}
	if held {
		return true
	}
	e.policyAlert(it, r, &h.Policy, ref)
	if h.Policy.Action != ActAccept {
		return f.take(h.Policy.Action, h.Policy.Scope, h.Policy.RejectSides, DropAppPolicy)
	}
	e.acceptTx(det, h.Policy.Scope)
	return true
}

// grown reports whether a rule is to be asked again in a state that is held.
func (e *Engine) grown(det *input.TxDetect, ref *txRef, id uint32, rule *RuleRec, leaves bool) bool {
	if rule.Flags&RWindows == 0 && (!leaves || rule.Flags&RInstances == 0) {
		return false
	}
	st := e.states.find(det, id, uint8(ref.dir))
	return st == nil || st.flags&stateDone == 0
}

// acceptTx notes an accept of a state.
func (e *Engine) acceptTx(det *input.TxDetect, s Scope) {
	switch s {
	case ScopePacket:
		e.fw.skipApp = true
	case ScopeFlow:
		e.fw.acceptFlow = true
	case ScopeTx:
		det.Accepted = true
	}
}

// ruleHook judges a firewall's rule on what a transaction has now; nothing of it
// is remembered.
func (e *Engine) ruleHook(it *item, ref *txRef, rule *RuleRec) outcome {
	if !e.header(rule, it.pkt, ref.app) || !e.packetOps(rule, it) {
		return no
	}
	lists := e.b.Lists[rule.Lists.Off : rule.Lists.Off+rule.Lists.N]
	e.insp.vars = [maxVars]uint64{}
	e.insp.tx = ref
	res := yes
	for i := range lists {
		switch e.txList(it, ref, &lists[i]) {
		case no:
			return no
		case pending:
			res = pending
		}
	}
	return res
}

// atHook says whether a detection rule's state was reached.
func (e *Engine) atHook(ref *txRef, rule *RuleRec) outcome {
	if subState(ref.tx) != rule.Sub {
		return no
	}
	hooks := e.b.hooks(ref.app, ref.dir, rule.Sub)
	if int(rule.At) >= len(hooks) {
		return no
	}
	switch last := reached(hooks, ref.tx.Progress(ref.dir)); {
	case last < int(rule.At):
		return pending
	case last == int(rule.At) && rule.Lists.N == 0 && hooks[last].Step != input.Complete:
		return again
	}
	return yes
}

// Comparisons of app-layer-state in Op.B.
const (
	StateBefore int32 = iota
	StateBehind
)

// stateIs compares the state that a transaction has reached with A.
func (e *Engine) stateIs(ref *txRef, op *Op) outcome {
	hooks := e.b.hooks(ref.app, ref.dir, subState(ref.tx))
	if len(hooks) == 0 {
		return no
	}
	last := reached(hooks, ref.tx.Progress(ref.dir))
	switch {
	case op.B == StateBefore && last < int(op.A), op.B == StateBehind && last > int(op.A):
		return yes
	case last == len(hooks)-1:
		return no
	}
	return pending
}
