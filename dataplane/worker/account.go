package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/stream"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// account carries what the stages count by themselves into the worker's
// counters. A stage begins at zero in each process, the counters go on where the
// process before left them, so differences are added.
type account struct{ rows []accountRow }

type accountRow struct {
	from *uint64
	seen uint64
	to   counter.ID
}

func (a *account) row(from *uint64, to counter.ID) {
	a.rows = append(a.rows, accountRow{from: from, to: to})
}

// carry adds what was counted since the last time.
func (a *account) carry(ctr *counter.Local) {
	for i := range a.rows {
		r := &a.rows[i]
		if v := *r.from; v != r.seen {
			ctr.Add(r.to, v-r.seen)
			r.seen = v
		}
	}
}

// newAccount lists every number that a stage keeps, once, at start.
func (w *Worker) newAccount() {
	a := &w.account
	m, s, d, l := &w.engine.Stats, &w.streams.Stats, &w.frags.Count, &w.layer.Stats
	for _, r := range []struct {
		from *uint64
		to   counter.ID
	}{
		{&m.Jobs, counter.MatchScans}, {&m.ScannedOctets, counter.MatchScannedBytes}, {&m.Hits, counter.MatchHits},
		{&m.HitsFull, counter.MatchHitsFull}, {&m.Candidates, counter.MatchCandidates}, {&m.Matches, counter.MatchEvaluated},
		{&m.RegexLimit, counter.MatchPCRELimit}, {&m.RegexLate, counter.ShedRegex}, {&m.AlertOverflow, counter.DetectAlertQueueOverflow},
		{&m.Suppressed, counter.DetectAlertsSuppressed}, {&m.ScriptFailed, counter.DetectLuaErrors},
		{&m.ScriptSteps, counter.DetectLuaInstructionLimitErrors}, {&m.ScriptMemory, counter.DetectLuaMemoryLimitErrors},
		{&s.Sessions, counter.TCPSessions}, {&s.SsnMemcapDrop, counter.TCPSessionMemcapDrop},
		{&s.MidstreamPickups, counter.TCPMidstreamPickups}, {&s.InvalidChecksum, counter.TCPInvalidChecksum},
		{&s.Syn, counter.TCPSYN}, {&s.SynAck, counter.TCPSYNACK}, {&s.Rst, counter.TCPRST}, {&s.Urg, counter.TCPUrg},
		{&s.SegmentMemcapDrop, counter.TCPSegmentMemcapDrop}, {&s.StreamDepthReached, counter.TCPStreamDepthReached},
		{&s.ReassemblyGap, counter.TCPReassemblyGap}, {&s.Overlap, counter.TCPOverlap},
		{&s.OverlapDiffData, counter.TCPOverlapDiffData}, {&s.InsertDataNormalFail, counter.TCPInsertDataNormalFail},
		{&s.InsertDataOverlapFail, counter.TCPInsertDataOverlapFail}, {&s.AckUnseenData, counter.TCPAckUnseenData},
		{&s.UrgentOOBData, counter.TCPUrgentOobData},
		{&d.Evicted, counter.DefragTrackerHardReuse}, {&d.Memcap, counter.DefragMaxFragsReached},
	} {
		a.row(r.from, r.to)
	}
	if w.cfg.Set == nil {
		return
	}
	for i := range app.NumRows {
		a.row(&l.Flows[i], w.cfg.Set.AppFlow(i))
		a.row(&l.Txs[i], w.cfg.Set.AppTx(i))
		a.row(&l.Errors[i], w.cfg.Set.AppErr(i, counter.AppErrorParser))
		a.row(&l.NoMemory[i], w.cfg.Set.AppErr(i, counter.AppErrorAlloc))
		a.row(&l.Panics[i], w.cfg.Set.AppErr(i, counter.AppErrorInternal))
		a.row(&l.Gaps[i], w.cfg.Set.AppErr(i, counter.AppErrorGap))
	}
}

// Account brings the counters up to date before they are published: every few
// milliseconds, by the worker's own thread.
func (w *Worker) Account() {
	w.account.carry(w.ctr)
	c := w.ctr
	c.Set(counter.FlowActive, uint64(w.flows.Len()))
	c.Set(counter.FlowMemUse, uint64(w.flows.Bytes()))
	c.Set(counter.TCPActiveSessions, w.streams.Stats.ActiveSessions)
	c.Set(counter.DefragMemUse, uint64(w.frags.Octets()))
	c.Set(counter.Held, uint64(w.held))
}

// endStates are the counters of sessions that end, by their state.
var endStates = [...]counter.ID{
	stream.None:        counter.FlowEndTCPStateNone,
	stream.Listen:      counter.FlowEndTCPStateNone,
	stream.SynSent:     counter.FlowEndTCPStateSYNSent,
	stream.SynRecv:     counter.FlowEndTCPStateSYNRecv,
	stream.Established: counter.FlowEndTCPStateEstablished,
	stream.FinWait1:    counter.FlowEndTCPStateFinWait1,
	stream.FinWait2:    counter.FlowEndTCPStateFinWait2,
	stream.TimeWait:    counter.FlowEndTCPStateTimeWait,
	stream.LastAck:     counter.FlowEndTCPStateLastAck,
	stream.CloseWait:   counter.FlowEndTCPStateCloseWait,
	stream.Closing:     counter.FlowEndTCPStateClosing,
	stream.Closed:      counter.FlowEndTCPStateClosed,
}

// countEnd counts a flow that ends, by its state.
func (w *Worker) countEnd(r *flow.Record) {
	id := counter.FlowEndStateNew
	switch r.State {
	case input.FlowEstablished:
		id = counter.FlowEndStateEstablished
	case input.FlowClosed:
		id = counter.FlowEndStateClosed
	case input.FlowBypassed:
		id = counter.FlowEndStateLocalBypassed
	}
	w.ctr.Inc(id)
	if r.Proto == 6 {
		state, liberal := w.streams.State(r)
		w.ctr.Inc(endStates[state])
		if liberal {
			w.ctr.Inc(counter.FlowEndTCPLiberal)
		}
	}
	switch r.EndReason {
	case flow.EndTimeout:
		w.ctr.Inc(counter.FlowMgrFlowsTimeout)
	case flow.EndTCPReuse:
		w.ctr.Inc(counter.FlowTCPReuse)
	}
}
