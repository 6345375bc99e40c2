package match

import "github.com/weir-ips/weir/match/input"

// Alert is a rule that matched on a packet.
type Alert struct {
	Rule   uint32 // index into Bundle.Rules
	Action Action // after rate_filter; normally the rule's
	Flags  AlertFlags
	Tx     input.Tx // the transaction that matched, or nil; valid for the batch
	App    input.AppProto
	Dir    input.Dir
}

// AlertFlags say on what a rule matched.
type AlertFlags uint8

// Alert flags.
const (
	AlertStream     AlertFlags = 1 << iota // on the reassembled stream
	AlertTx                                // on a transaction
	AlertWouldDrop                         // the rule is in shadow mode
	AlertRateFilter                        // rate_filter changed the action
)

// Verdict is what the rules want done with the packet and its flow.
type Verdict uint8

// Verdicts, weakest first.
const (
	VerdictNone Verdict = iota
	VerdictPass         // and the flow is not inspected any more
	VerdictDrop
	VerdictReject
)

// Result is the outcome of one packet. It is valid until the next Evaluate.
type Result struct {
	Alerts  [MaxAlerts]Alert
	N       int
	Verdict Verdict
	// Rule that decided the verdict; index into Bundle.Rules, when Verdict is set.
	Rule        uint32
	RejectSides uint8
	// FlowWide: the verdict holds for the flow, not only for this packet.
	FlowWide bool
	// Bypass: a rule asked that the flow be let by without inspection.
	Bypass bool
	// StoreCerts: a rule wants the sender's certificates kept (tls.store).
	StoreCerts bool
	// Waits: a rule on a transaction needs something of a packet to come.
	Waits bool
	// Why it is dropped, and whether Rule names the rule that did it: a firewall's
	// policy has none.
	Why     Drop
	HasRule bool
	// Accepted: a firewall lets the packet through; AcceptFlow, what follows on the
	// flow too. DropByFirewall: the flow's drop is the firewall's.
	Accepted, AcceptFlow, DropByFirewall bool
	// Tagged: a tag wants the packet logged.
	Tagged bool
	// Scan is what is known of the packet's stream now, for the next AddStream of its
	// direction.
	Scan input.StreamScan
}

func (r *Result) reset() {
	for i := range r.Alerts[:r.N] {
		r.Alerts[i].Tx = nil
	}
	r.N = 0
	r.Verdict, r.Rule, r.RejectSides = VerdictNone, 0, 0
	r.FlowWide, r.Bypass, r.StoreCerts, r.HasRule, r.Why = false, false, false, false, DropNone
	r.Accepted, r.AcceptFlow, r.DropByFirewall, r.Waits = false, false, false, false
}
