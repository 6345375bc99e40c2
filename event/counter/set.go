package counter

import (
	"strings"

	"github.com/weir-ips/weir/event"
)

// Tables are the names that other packages own. Both processes must give the
// same, which one binary does.
type Tables struct {
	// DecodeEvents are `decode-event` names (ipv4.pkt_too_small); an empty name
	// keeps its index but is not shown.
	DecodeEvents []string
	// StreamEvents are `stream-event` names.
	StreamEvents []string
	// AppProtos are names of application protocols as stats shows them (http,
	// dns_udp); the index is the caller's, and an empty name is not shown.
	AppProtos []string
}

// ExceptionTarget is where an exception policy applies.
type ExceptionTarget uint8

// Exception targets.
const (
	TargetDefragMemcap ExceptionTarget = iota
	TargetFlowMemcap
	TargetMidstream
	TargetReassembly
	TargetSessionMemcap
	TargetAppError
	NumTargets
)

var targetNames = [NumTargets]string{
	"defrag.memcap", "flow.memcap", "tcp.midstream", "tcp.reassembly", "tcp.ssn_memcap", "app_layer.error",
}

// ExceptionPolicy is what an exception policy did.
type ExceptionPolicy uint8

// Exception policies that count; ignore does not.
const (
	PolicyDropFlow ExceptionPolicy = iota
	PolicyDropPacket
	PolicyPassFlow
	PolicyPassPacket
	PolicyBypass
	PolicyReject
	PolicyRejectBoth
	NumPolicies
)

var policyNames = [NumPolicies]string{
	"drop_flow", "drop_packet", "pass_flow", "pass_packet", "bypass", "reject", "reject_both",
}

// Stage is a part of a worker's loop that cycles are counted for.
type Stage uint8

// Stages, in the order of a burst's way.
const (
	StageRX Stage = iota
	StageDecode
	StageDefrag
	StageFlow
	StageStream
	StageApp
	StageDetect
	StageAnomaly
	StageVerdict
	StageTX
	StageEvents
	StageIdle
	NumStages
)

var stageNames = [NumStages]string{
	"rx", "decode", "defrag", "flow", "stream", "app", "detect", "anomaly", "verdict", "tx", "events", "idle",
}

// String is the stage's name in metrics.
func (s Stage) String() string {
	if s < NumStages {
		return stageNames[s]
	}
	return "unknown"
}

// AppError is why a parser gave up.
type AppError uint8

// Parser errors.
const (
	AppErrorGap AppError = iota
	AppErrorParser
	AppErrorInternal
	AppErrorAlloc
	NumAppErrors
)

var appErrorNames = [NumAppErrors]string{"gap", "parser", "internal", "alloc"}

// perApp counters stand together for each protocol: flow, tx, errors.
const perApp = 2 + int(NumAppErrors)

// Where the ranges behind the fixed counters begin.
const (
	firstDrop      = numFixed
	firstFreed     = firstDrop + ID(event.NumReasons)
	firstException = firstFreed + ID(event.NumReasons)
	firstShadow    = firstException + ID(NumTargets)*ID(NumPolicies)
	firstCycles    = firstShadow + ID(NumTargets)*ID(NumPolicies)
	firstFill      = firstCycles + ID(NumStages)
	firstGap       = firstFill + NumFillBins
	firstTable     = firstGap + NumGapBins
)

// Drop counts packets dropped for a reason (ips.drop_reason).
func Drop(r event.Reason) ID { return firstDrop + ID(min(r, event.NumReasons-1)) }

// Freed counts mbufs freed for a reason.
func Freed(r event.Reason) ID { return firstFreed + ID(min(r, event.NumReasons-1)) }

// Exception counts uses of an exception policy.
func Exception(t ExceptionTarget, p ExceptionPolicy) ID {
	return firstException + exceptionIndex(t, p)
}

// Shadow counts what an exception policy in shadow mode would have done.
func Shadow(t ExceptionTarget, p ExceptionPolicy) ID { return firstShadow + exceptionIndex(t, p) }

func exceptionIndex(t ExceptionTarget, p ExceptionPolicy) ID {
	return ID(min(t, NumTargets-1))*ID(NumPolicies) + ID(min(p, NumPolicies-1))
}

// Cycles counts the time-stamp cycles that a stage took.
func Cycles(s Stage) ID { return firstCycles + ID(min(s, NumStages-1)) }

// firewallReasons are the reasons that are the firewall's own, by their names
// below firewall.drop_reason.
var firewallReasons = map[event.Reason]string{
	event.ReasonFirewallRules: "rules", event.ReasonFirewallDefaultPacket: "default_packet_policy",
	event.ReasonFirewallDefaultApp: "default_app_policy", event.ReasonFirewallStreamPreHook: "pre_stream_hook",
	event.ReasonFirewallFlowPreHook: "pre_flow_hook", event.ReasonFirewallFlowDrop: "flow_drop",
}

// Set is all counters with their names.
type Set struct {
	entries []entry
	decode  ID
	stream  ID
	app     ID
	tables  Tables
	root    *node
}

// NewSet lays the counters out.
func NewSet(t Tables) *Set {
	s := &Set{tables: t}
	add := func(m merge, parts ...string) {
		s.entries = append(s.entries, entry{strings.Join(parts, "."), m})
	}
	s.entries = append(s.entries, fixed[:]...)
	for r := range event.NumReasons {
		// Reasons from Consumed on end an mbuf's life, but drop nothing.
		if r == event.ReasonNone || r >= event.ReasonConsumed {
			add(sum, "")
			continue
		}
		if name, ok := firewallReasons[r]; ok {
			add(sum, "firewall.drop_reason", name)
			continue
		}
		add(sum, "ips.drop_reason", word(r.String()))
	}
	for r := range event.NumReasons {
		add(sum, "weir.freed_by", word(r.String()))
	}
	for _, prefix := range []string{"exception_policy", "weir.exception_policy_shadow"} {
		for _, target := range targetNames {
			for _, policy := range policyNames {
				add(sum, prefix, target, policy)
			}
		}
	}
	for _, stage := range stageNames {
		add(sum, "weir.cycles", stage)
	}
	for i := range NumFillBins {
		add(sum, "weir.burst_fill", fillName(i))
	}
	for i := range NumGapBins {
		add(sum, "weir.poll_gap.le_ns", gapName(i))
	}
	s.decode = ID(len(s.entries))
	for _, n := range t.DecodeEvents {
		add(sum, prefixed("decoder.event.", n))
	}
	s.stream = ID(len(s.entries))
	for _, n := range t.StreamEvents {
		add(sum, prefixed("stream.", n))
	}
	s.app = ID(len(s.entries))
	for _, n := range t.AppProtos {
		add(sum, prefixed("app_layer.flow.", n))
		if n == "failed_tcp" || n == "failed_udp" {
			n = "" // no parser ever saw such a flow
		}
		add(sum, prefixed("app_layer.tx.", n))
		for _, e := range appErrorNames {
			add(sum, suffixed(prefixed("app_layer.error.", n), "."+e))
		}
	}
	s.root = s.tree()
	return s
}

// word makes a counter's name of a reason's.
func word(reason string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(reason)
}

// prefixed leaves empty names empty, so that they are not shown.
func prefixed(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + name
}

func suffixed(name, suffix string) string {
	if name == "" {
		return ""
	}
	return name + suffix
}

// Len is the number of counters, in words of a page.
func (s *Set) Len() int { return len(s.entries) }

// Name is a counter's name with dots; empty for a place that is not shown.
func (s *Set) Name(id ID) string {
	if int(id) >= len(s.entries) {
		return ""
	}
	return s.entries[id].name
}

// Gauge reports whether a counter may fall.
func (s *Set) Gauge(id ID) bool {
	return int(id) < len(s.entries) && (s.entries[id].merge == gauge || s.entries[id].merge == level)
}

// DecodeEvent counts an event by its index in Tables.DecodeEvents.
func (s *Set) DecodeEvent(i int) ID { return s.within(s.decode, i, len(s.tables.DecodeEvents), 1) }

// StreamEvent counts an event by its index in Tables.StreamEvents.
func (s *Set) StreamEvent(i int) ID { return s.within(s.stream, i, len(s.tables.StreamEvents), 1) }

// AppFlow counts flows of a protocol by its index in Tables.AppProtos.
func (s *Set) AppFlow(i int) ID { return s.within(s.app, i, len(s.tables.AppProtos), perApp) }

// AppTx counts transactions of a protocol.
func (s *Set) AppTx(i int) ID { return s.within(s.app+1, i, len(s.tables.AppProtos), perApp) }

// AppErr counts a protocol's parser errors.
func (s *Set) AppErr(i int, e AppError) ID {
	return s.within(s.app+2+ID(min(e, NumAppErrors-1)), i, len(s.tables.AppProtos), perApp)
}

// within is an ID in a table's range; Nowhere for an index outside.
func (s *Set) within(first ID, i, n, stride int) ID {
	if uint(i) >= uint(n) {
		return Nowhere
	}
	return first + ID(i*stride)
}

// Nowhere is an ID that counts nothing.
const Nowhere ID = ^ID(0)

// Merge makes one row of the workers' pages. dst has Len words and is
// overwritten; shorter pages count as zero where they end.
func (s *Set) Merge(dst []uint64, pages ...[]uint64) {
	clear(dst)
	for _, p := range pages {
		for i := range min(len(dst), len(p), len(s.entries)) {
			v := load(p, i)
			switch s.entries[i].merge {
			case largest, level:
				dst[i] = max(dst[i], v)
			default:
				dst[i] += v
			}
		}
	}
}
