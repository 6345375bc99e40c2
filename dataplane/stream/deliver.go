package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/match/input"
)

// deliver hands the sink what became readable of one direction: inline, all
// that is in order; passive, as far as the receiver acknowledged it. final is
// the end of the flow, when a hole is not filled any more and, unless the
// connection was closed in an orderly way, what was never acknowledged is read
// too.
func (s *Stage) deliver(ss *session, side int, a *arrival, final bool) {
	h := &ss.half[side]
	if h.flags&(appOff|eofSent) != 0 {
		return
	}
	d := input.ToServer + input.Dir(side)
	limit := h.right
	if !s.cfg.Inline && !(final && (ss.state < Closed || ss.flags&byReset != 0)) {
		limit = h.acked()
	}
	i, _ := s.firstAfter(h, h.app)
	for i != 0 {
		g := s.region(i)
		if g.off > h.app {
			// A hole that nobody acknowledged ends what the receiver can read, at the end
			// of the flow as well.
			to := s.lost(ss, h, g.off)
			if to <= h.app {
				break
			}
			s.gap(ss, h, a, d, to)
			if h.flags&appOff != 0 {
				return
			}
			if to < g.off {
				break
			}
		}
		to := min(g.end(), limit)
		if to <= h.app {
			break
		}
		from := h.app
		h.app = to
		a.sink.StreamData(a.r, d, s.handOut(g, from, to), from, false)
		if h.flags&appOff != 0 {
			return
		}
		if to < g.end() {
			break
		}
		i = g.next
	}
	over := final || ss.state == Closed && !ss.doubtfulReset() || h.flags&depthReached != 0
	if over && (final || h.app >= h.right) {
		h.flags |= eofSent
		a.sink.StreamData(a.r, d, nil, h.app, true)
	}
}

// lost is how far before next octets are missing for good: the receiver
// acknowledged them, so nobody will send them again. Without a hole it is not
// behind h.app.
func (s *Stage) lost(ss *session, h *half, next uint64) uint64 {
	acked := h.acked()
	edge := acked
	if ss.state >= FinWait1 && edge > 0 {
		edge-- // a FIN takes a number too
	}
	if edge <= h.app {
		return h.app
	}
	return min(next, acked)
}

// gap tells the sink that octets up to offset to will never come.
func (s *Stage) gap(ss *session, h *half, a *arrival, d input.Dir, to uint64) {
	from := h.app
	h.app = to
	h.flags |= hasGap
	ss.flags |= beLiberal
	s.Stats.ReassemblyGap++
	if a.p != nil {
		a.event(input.StreamReassemblySeqGap)
	}
	a.sink.StreamGap(a.r, d, from, to-from)
}

// Flush hands out what is left of a direction at the end of a flow. more says
// that rules have not seen all of it: the worker then lets them look, with a
// packet whose Source is SourceFlowEnd, at what Raw gives, calls Inspected, and
// calls Flush again until there is no more.
func (s *Stage) Flush(r *flow.Record, d input.Dir, sink Sink) (more bool) {
	ss, side := s.side(r, d)
	if ss == nil {
		return false
	}
	s.calls++
	a := &s.a
	*a = arrival{ss: ss, r: r, sink: sink, side: side}
	h := &ss.half[side]
	before := h.app
	s.deliver(ss, side, a, true)
	return h.app > before || h.flags&rawOff == 0 && h.regs != 0 && h.raw < h.right
}

// StopApp ends handing out of a direction: its parser needs no more.
func (s *Stage) StopApp(r *flow.Record, d input.Dir) { s.mark(r, d, appOff) }

// StopRaw ends raw inspection of a direction, after what is held was inspected.
func (s *Stage) StopRaw(r *flow.Record, d input.Dir) { s.mark(r, d, rawStopping) }

func (s *Stage) mark(r *flow.Record, d input.Dir, f halfFlags) {
	if ss, side := s.side(r, d); ss != nil {
		ss.half[side].flags |= f | unpruned
	}
}

// side is the session of a flow and the half that is sent in direction d; nil
// without one.
func (s *Stage) side(r *flow.Record, d input.Dir) (*session, int) {
	if d == input.DirUnknown {
		return nil, 0
	}
	return s.of(r), int(d - input.ToServer)
}
