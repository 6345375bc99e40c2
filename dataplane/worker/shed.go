package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/event/counter"
)

// Overload bounds what a burst may cost. Over it the rules no longer look at the
// payloads of the flows that cost most; headers, flows, streams and parsers go on
// for all. Packets pass as their headers allow: overload never cuts the wire.
type Overload struct {
	// BudgetNS is what a burst may take from receive to send, nanoseconds; 0: no
	// bound.
	BudgetNS uint64
	// HoldUS is how long a flow is spared, µs of packet time; then it comes back.
	HoldUS int64
	// HZ is the frequency of Config.Clock.
	HZ uint64
}

const (
	// maxShed is how many flows are spared at a time. Where more cost too much,
	// the end of each burst goes uninspected instead.
	maxShed = 64
	// meterBursts is how many bursts are metered packet by packet after one that
	// was over budget.
	meterBursts = 8
	meterRows   = 64
	// stopAt is how many budgets a burst may take before no regular expression is run
	// any more and, while it is metered, the rest of it is not inspected.
	stopAt = 2
	// maxSuspects is how many flows are remembered from one metered burst to the
	// next.
	maxSuspects = 16
	// asleepBudgets: a single packet that seems to take more than so many budgets
	// was not expensive, the thread did not run.
	asleepBudgets = 64
)

// shedder keeps bursts within their budget.
type shedder struct {
	clock  func() uint64
	budget uint64 // cycles; 0: off
	holdUS int64

	start    uint64 // of the burst
	away     uint64 // cycles of it that the thread did not run
	metering int    // bursts left
	rest     bool   // the rest of this burst goes uninspected
	rows     [meterRows]meterRow
	nrows    int
	shed     [maxShed]shedFlow
	nshed    int
	suspects [maxSuspects]uint32 // flows that were dear in a metered burst
	nsuspect int
}

// meterRow is what one flow cost in this burst.
type meterRow struct {
	slot   uint32
	cycles uint64
}

// shedFlow is a flow that is spared until a time.
type shedFlow struct {
	slot, seq uint32
	untilUS   int64
}

func (s *shedder) init(o Overload, clock func() uint64) {
	if clock == nil || o.BudgetNS == 0 || o.HZ == 0 {
		return
	}
	s.clock, s.holdUS = clock, o.HoldUS
	s.budget = max(o.BudgetNS*(o.HZ/1_000_000)/1000, 1)
}

// shedBegin starts a burst's watch.
func (w *Worker) shedBegin() {
	s := &w.shed
	if s.budget == 0 {
		return
	}
	s.start, s.away, s.rest, s.nrows = s.clock(), 0, false, 0
	if w.engine != nil {
		w.engine.LimitTime(s.clock, s.start+stopAt*s.budget)
	}
	for i := 0; i < s.nshed; {
		f := &s.shed[i]
		if w.now < f.untilUS && w.flows.Live(f.slot) && w.flows.At(f.slot).Seq == f.seq {
			i++
			continue
		}
		if r := w.flows.At(f.slot); r.Seq == f.seq {
			r.Flags &^= flow.FlagShed
		}
		s.nshed--
		s.shed[i] = s.shed[s.nshed]
	}
}

// shedPacket is asked before a packet is inspected: false, and its payload is not
// looked at.
func (w *Worker) shedPacket(r *flow.Record, octets int) bool {
	s := &w.shed
	if s.budget == 0 || r == nil {
		return true
	}
	if !s.rest && r.Flags&flow.FlagShed == 0 {
		return true
	}
	w.ctr.Inc(counter.ShedPkts)
	w.ctr.Add(counter.ShedBytes, uint64(octets))
	return false
}

// shedFrom is the time at which a packet's work begins, while bursts are metered.
func (w *Worker) shedFrom() uint64 {
	if w.shed.metering == 0 {
		return 0
	}
	w.judge()
	return w.shed.clock()
}

// shedCharge judges what waits, while bursts are metered, and charges it to the
// one flow that it belongs to; from was read before the packet was parsed.
func (w *Worker) shedCharge(slot uint32, from uint64) {
	s := &w.shed
	if s.metering == 0 || slot == 0 || from == 0 {
		return
	}
	w.judge()
	took := s.clock() - from
	if took > asleepBudgets*s.budget {
		s.away += took
		return
	}
	for i := range s.rows[:s.nrows] {
		if s.rows[i].slot == slot {
			s.rows[i].cycles += took
			return
		}
	}
	if s.nrows < meterRows {
		s.rows[s.nrows] = meterRow{slot, took}
		s.nrows++
	}
	if s.clock()-s.start-s.away > stopAt*s.budget {
		s.rest = true
	}
}

// shedEnd looks at what the burst cost. Over budget it is found out who was to
// blame: first by metering, then the dearest flows are spared until the excess is
// covered.
func (w *Worker) shedEnd() {
	s := &w.shed
	if s.budget == 0 {
		return
	}
	took := s.clock() - s.start - s.away
	if s.metering > 0 {
		if s.metering--; s.metering == 0 {
			s.nsuspect = 0
		}
	}
	if took <= s.budget {
		return
	}
	w.ctr.Inc(counter.OverBudget)
	if s.nrows > 0 {
		w.shedDearest(took - s.budget)
	}
	s.metering = meterBursts
}

// again reports whether a flow was dear before, and remembers that it is now.
func (s *shedder) again(slot uint32) bool {
	for _, x := range s.suspects[:s.nsuspect] {
		if x == slot {
			return true
		}
	}
	if s.nsuspect < maxSuspects {
		s.suspects[s.nsuspect] = slot
		s.nsuspect++
	}
	return false
}

// shedDearest spares the flows that cost most, until they cover the excess. A
// flow that took less than a sixteenth of the budget is not to blame.
func (w *Worker) shedDearest(excess uint64) {
	s := &w.shed
	for s.nshed < maxShed {
		best := -1
		for i := range s.rows[:s.nrows] {
			if best < 0 || s.rows[i].cycles > s.rows[best].cycles {
				best = i
			}
		}
		if best < 0 || s.rows[best].cycles < s.budget/16 {
			return
		}
		x := s.rows[best]
		s.rows[best].cycles = 0
		if !s.again(x.slot) {
			// Once may be the machine's fault: the thread was made to wait while this
			// flow was at work.
			continue
		}
		if r := w.flows.At(x.slot); w.flows.Live(x.slot) && r.Flags&flow.FlagShed == 0 {
			r.Flags |= flow.FlagShed
			s.shed[s.nshed] = shedFlow{x.slot, r.Seq, w.now + s.holdUS}
			s.nshed++
			w.ctr.Inc(counter.ShedFlows)
		}
		if x.cycles >= excess {
			return
		}
		excess -= x.cycles
	}
}
