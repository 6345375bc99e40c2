package match

import "github.com/weir-ips/weir/match/input"

// Scope is how far an action reaches.
type Scope uint8

// Scopes. ScopeAuto: the rule's kind decides.
const (
	ScopeAuto Scope = iota
	ScopePacket
	ScopeFlow
	ScopeHook
	ScopeTx
)

// HookKind says where a rule is judged when its header names a hook.
type HookKind uint8

// Hooks. HookApp is a state of an application protocol, see RuleRec.At.
const (
	HookNone HookKind = iota
	HookAll
	HookFlowStart
	HookPreFlow
	HookPreStream
	HookApp
)

// Packet tables of a firewall that have a policy.
const (
	TablePreFlow = iota
	TablePreStream
	TableFilter
	numTables
)

// MaxSubs is how many kinds of transactions a protocol may have, the plain kind
// included.
const MaxSubs = 3

// PolicyRec is what happens where no rule of a firewall decided.
type PolicyRec struct {
	Action      Action
	Scope       Scope
	RejectSides uint8
	_           uint8
	Rule        uint32 // 1-based: the rule that its alert names; 0: no alert
}

// FirewallRec holds the packet tables of a firewall. A bundle has one, or none.
type FirewallRec struct {
	Policy [numTables]PolicyRec
	// Pre are the rules (in Refs) of the tables in front of the filter, by class.
	Pre [TableFilter][NumClasses]Span
}

// HookRec is one state of an application protocol in one direction, with the
// firewall's rules for it in order.
type HookRec struct {
	Rules  Span
	Policy PolicyRec
	// Step is the progress at which the state is reached.
	Step uint8
	_    [3]uint8
}

// Drop says what dropped a packet.
type Drop uint8

// What dropped a packet.
const (
	DropNone Drop = iota
	DropRules
	DropThreshold
	DropFirewall // a firewall rule
	DropPacketPolicy
	DropAppPolicy
	DropPreFlow
	DropPreStream
)

// Firewall reports whether the bundle is a firewall's: what no rule accepts is
// dropped.
func (b *Bundle) Firewall() bool { return len(b.FW) > 0 }

// HasPre reports whether a table in front of the filter has to be asked.
func (b *Bundle) HasPre(table int) bool {
	return b.pre[table]
}

// IsPre reports whether the rule belongs to a table in front of the packet filter.
func (rule *RuleRec) IsPre() bool {
	return rule.Flags&RFirewall != 0 && (rule.Hook == HookPreFlow || rule.Hook == HookPreStream)
}

// hooks are the states of a protocol in direction d.
func (b *Bundle) hooks(app input.AppProto, d input.Dir, sub uint8) []HookRec {
	i := (2*int(app)+int(d)-1)*MaxSubs + int(sub)
	if i < 0 || i >= len(b.HookIndex) || sub >= MaxSubs {
		return nil
	}
	s := b.HookIndex[i]
	return b.Hooks[s.Off : s.Off+s.N]
}

// reached is the index of the last state that progress has reached.
func reached(hooks []HookRec, progress uint8) int {
	n := len(hooks) - 1
	for n > 0 && hooks[n].Step > progress {
		n--
	}
	return n
}

// firewall is what the tables of one packet have decided so far.
type firewall struct {
	// skipFilter: the filter is through with the packet, or the flow is accepted.
	// skipApp: states are not judged. skipTD: detection does not look.
	skipFilter, skipApp, skipTD bool
	// acceptFlow: accepted for the flow, unless detection drops. passFlow: no
	// detection for the flow.
	acceptFlow, passFlow bool
	drop                 Drop
	dropFlow             bool
	rejectSides          uint8
	rule                 uint32
	hasRule              bool
}

// begin takes up what is known of the packet's flow.
func (f *firewall) begin(p *input.Packet) {
	*f = firewall{}
	if p.Flow != nil {
		f.skipFilter, f.acceptFlow, f.skipTD = p.Flow.Accepted, p.Flow.Accepted, p.Flow.Passed
	}
	if p.Source == input.SourceFlowEnd {
		// Never on the wire: there is nothing to accept.
		f.skipFilter, f.skipApp = true, true
	}
}

// take carries out a firewall rule or policy of a packet table; it returns false
// when nothing behind it is to be looked at.
func (f *firewall) take(a Action, s Scope, sides uint8, why Drop) bool {
	switch a {
	case ActAccept:
		f.skipFilter = true
		f.skipApp = f.skipApp || s == ScopePacket
		f.acceptFlow = f.acceptFlow || s == ScopeFlow
		return true
	case ActDrop, ActReject:
		f.drop, f.dropFlow = why, s == ScopeFlow
		if a == ActReject {
			if f.rejectSides = sides; sides == 0 {
				f.rejectSides = RejectSrc
			}
		}
		return false
	}
	return true
}

// matchedFirewall notes the match of a firewall rule: what it changes, its alert
// and its second action. It returns false when a threshold says that it did not
// match yet.
func (e *Engine) matchedFirewall(it *item, r *Result, id uint32, f AlertFlags, ref *txRef) bool {
	rule := &e.b.Rules[id]
	quiet := false
	if rule.Threshold != 0 && it.pkt.IPVersion != 0 {
		a := Alert{Rule: id}
		switch e.thresholds(rule, it.pkt, &a) {
		case Below:
			e.Stats.Suppressed++
			return false
		case Quiet:
			quiet = true
		}
	}
	var tx input.Tx
	app := it.app
	if ref != nil {
		tx, app = ref.tx, ref.app
	}
	if quiet || rule.Flags&RNoAlert != 0 {
		e.Stats.Matches++
		e.postOps(rule, it, r, tx)
	} else {
		e.matched(it, r, id, f, tx, app)
	}
	if rule.Flags&RAlsoPass != 0 {
		e.fw.skipTD = true
		e.fw.passFlow = e.fw.passFlow || rule.Scope == ScopeFlow
	}
	return true
}

// policyAlert notes the alert of a policy, where it has one.
func (e *Engine) policyAlert(it *item, r *Result, p *PolicyRec, ref *txRef) {
	if p.Rule == 0 {
		return
	}
	if ref != nil {
		e.matched(it, r, p.Rule-1, AlertTx, ref.tx, ref.app)
		return
	}
	e.matched(it, r, p.Rule-1, 0, nil, it.app)
}

// filterPacket runs the packet filter: the firewall's rules among the candidates,
// which stand first, in order, then the policy. It returns the candidates that
// are detection's and false when the packet is dropped.
func (e *Engine) filterPacket(it *item, r *Result) ([]uint32, bool) {
	f := &e.fw
	cands := e.cands[:e.ncands]
	n := 0
	for n < len(cands) && e.b.Rules[cands[n]].Flags&RFirewall != 0 {
		n++
	}
	for _, id := range cands[:n] {
		if f.skipFilter {
			break
		}
		rule := &e.b.Rules[id]
		start := e.meterStart(id)
		flags, ok := e.rulePacket(it, rule)
		e.meterEnd(id, start, ok)
		if !ok || !e.matchedFirewall(it, r, id, flags, nil) {
			continue
		}
		if !f.take(rule.Action, rule.Scope, rule.RejectSides, DropFirewall) {
			f.rule, f.hasRule = id, true
			return nil, false
		}
	}
	if !f.skipFilter {
		p := &e.b.FW[0].Policy[TableFilter]
		e.policyAlert(it, r, p, nil)
		if !f.take(p.Action, p.Scope, p.RejectSides, DropPacketPolicy) {
			return nil, false
		}
	}
	return cands[n:], true
}

// Pre asks the table in front of the flow table or of the stream stage about one
// packet. The result is valid until the next call of the engine; the verdict is
// VerdictNone when the packet goes on.
func (e *Engine) Pre(table int, p *input.Packet) *Result {
	r := &e.result
	r.reset()
	it := &e.single
	*it = item{pkt: p, what: InspectHeader | InspectPayload}
	e.insp.begin(p, 0)
	f := &e.fw
	*f = firewall{}
	why := DropPreFlow + Drop(table)
	fw := &e.b.FW[0]
	decided := false
	s := fw.Pre[table][ClassOf(p)]
	for _, id := range e.b.Refs[s.Off : s.Off+s.N] {
		rule := &e.b.Rules[id]
		flags, ok := e.rulePacket(it, rule)
		if !ok || !e.matchedFirewall(it, r, id, flags, nil) {
			continue
		}
		if !f.take(rule.Action, rule.Scope, rule.RejectSides, why) {
			f.rule, f.hasRule = id, true
		}
		decided = true
		break
	}
	if !decided {
		pol := &fw.Policy[table]
		e.policyAlert(it, r, pol, nil)
		f.take(pol.Action, pol.Scope, pol.RejectSides, why)
	}
	e.settle(it, r)
	it.pkt = nil
	return r
}

// evalFirewall judges a packet by the tables in order: packet filter, packet
// detection, then for each transaction its states and its detection.
func (e *Engine) evalFirewall(it *item, r *Result) {
	f := &e.fw
	f.begin(it.pkt)
	td, through := e.filterPacket(it, r)
	if through && !f.skipTD {
		e.evalPacket(it, r, td)
	}
	for t := range it.txs.N {
		ref := &e.txs[it.txs.Off+t]
		if f.drop != DropNone || through && f.skipApp && it.pkt.Source != input.SourceFlowEnd {
			// Not looked at with this packet: what was found in it is found again.
			ref.tx.Detect().Rescan(ref.dir)
			r.Waits = true
			continue
		}
		e.evalTx(it, ref, r)
	}
	e.settle(it, r)
}

// settle orders what the tables found: detection can drop what the firewall
// accepts and is not heard on what the firewall drops. Alerts stand in the order
// of tables; those of the firewall behind detection's drop are not seen.
func (e *Engine) settle(it *item, r *Result) {
	f := &e.fw
	n := 0
	passed := false
	for i := range r.N {
		a := r.Alerts[i]
		switch {
		case f.hasRule && a.Rule > f.rule:
			continue
		case e.b.Rules[a.Rule].Flags&RFirewall == 0:
			if !passed {
				passed = e.account(it, r, &a, &n)
			}
		case r.Verdict >= VerdictDrop:
		case n < e.limits.Alerts:
			e.keep(r, &a, &n)
		default:
			e.Stats.FirewallDiscarded++
		}
	}
	e.kept(it, r, n)
	switch {
	case f.drop != DropNone:
		if r.Verdict < VerdictDrop {
			r.Verdict, r.Why, r.Rule, r.HasRule, r.FlowWide = VerdictDrop, f.drop, f.rule, f.hasRule, false
		}
		r.FlowWide = r.FlowWide || f.dropFlow
		r.DropByFirewall = f.dropFlow
		if f.rejectSides != 0 {
			r.Verdict, r.RejectSides = VerdictReject, r.RejectSides|f.rejectSides
		}
	case r.Verdict < VerdictDrop:
		r.Accepted, r.AcceptFlow = true, f.acceptFlow
		if f.passFlow {
			r.Verdict, r.FlowWide = VerdictPass, true
		}
	}
}
