package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/match/input"
)

// readable is the stream offset up to which a direction may be handed out:
// passive, what the receiver acknowledged; inline, and at the end of a flow,
// all.
func (s *Stage) readable(h *half, final bool) uint64 {
	if s.cfg.Inline || final {
		return h.right
	}
	return min(s.ackedData(h), h.right)
}

// ackedData is the acknowledged edge without the number that a FIN takes.
func (s *Stage) ackedData(h *half) uint64 {
	acked := h.acked()
	if h.tcpSeen&input.TCPFin != 0 && acked == h.right+1 {
		return h.right
	}
	return acked
}

// deliver hands the octets of one direction to the sink as far as they are
// readable. Octets that the receiver acknowledged and nobody has seen are a gap.
func (s *Stage) deliver(ss *session, side int, a *arrival, final bool) {
	h := &ss.half[side]
	d := input.ToServer + input.Dir(side)
	limit := s.readable(h, final)
	acked := s.ackedData(h)
	for range maxIslands * 2 {
		i, _ := s.firstAfter(h, h.app)
		if i == 0 {
			if acked > h.app && h.flags&(depthReached|noReassembly) == 0 {
				s.Stats.AckUnseenData++
				s.gap(ss, h, a, d, acked)
			}
			break
		}
		g := s.region(i)
		if g.off > h.app {
			to := g.off
			if !final {
				if acked <= h.app {
					break
				}
				to = min(to, acked)
			}
			s.gap(ss, h, a, d, to)
			continue
		}
		to := min(g.end(), limit)
		if to <= h.app {
			break
		}
		from := h.app
		h.app = to
		if h.flags&appOff == 0 {
			a.sink.StreamData(a.r, d, s.handOut(g, from, to), from, false)
		}
	}
	if h.flags&eofSent == 0 && (final || ss.state > TimeWait && h.app >= limit && h.tcpSeen&(input.TCPFin|input.TCPRst) != 0) {
		h.flags |= eofSent
		if h.flags&appOff == 0 {
			a.sink.StreamData(a.r, d, nil, h.app, true)
		}
	}
}

// gap tells the sink that octets will never come.
func (s *Stage) gap(ss *session, h *half, a *arrival, d input.Dir, to uint64) {
	from := h.app
	h.app = to
	h.flags |= hasGap
	ss.flags |= beLiberal
	s.Stats.ReassemblyGap++
	if a.p != nil {
		a.event(input.StreamReassemblySeqGap)
	}
	if h.flags&appOff == 0 {
		a.sink.StreamGap(a.r, d, from, to-from)
	}
}

// Flush hands out what is left of a direction at the end of a flow: also what
// was never acknowledged, and what lies behind holes. The worker then lets rules
// look at it with a pseudo-packet.
func (s *Stage) Flush(r *flow.Record, d input.Dir, sink Sink) (more bool) {
	ss := s.of(r)
	if ss == nil || d == input.DirUnknown {
		return false
	}
	s.calls++
	a := &s.a
	*a = arrival{ss: ss, r: r, sink: sink, side: int(d - input.ToServer)}
	h := &ss.half[a.side]
	before := h.app
	s.deliver(ss, a.side, a, true)
	return h.app > before || h.raw < h.right
}

// StopApp ends handing out of a direction: its parser needs no more.
func (s *Stage) StopApp(r *flow.Record, d input.Dir) { s.stop(r, d, appOff) }

// StopRaw ends raw inspection of a direction.
func (s *Stage) StopRaw(r *flow.Record, d input.Dir) { s.stop(r, d, rawOff|rawStopping) }

func (s *Stage) stop(r *flow.Record, d input.Dir, f halfFlags) {
	if ss := s.of(r); ss != nil && d != input.DirUnknown {
		ss.half[d-input.ToServer].flags |= f
	}
}

// prune frees what nobody needs any more: handed out, inspected and, inline,
// acknowledged, so that a repetition can be made equal to it.
func (s *Stage) prune(ss *session, side int) {
	h := &ss.half[side]
	if h.regs == 0 {
		return
	}
	left := h.right
	if h.flags&appOff == 0 {
		left = min(left, h.app)
	}
	if h.flags&rawOff == 0 {
		left = min(left, h.raw)
	}
	if s.cfg.Inline {
		left = min(left, h.acked())
		if h.flags&rawOff == 0 {
			left -= min(left, uint64(s.chunk[side]))
		}
	} else if s.cfg.CheckOverlap {
		left -= min(left, uint64(min(h.window, 1<<16)))
	}
	if left <= h.baseOff {
		return
	}
	s.cutBefore(h, left)
	if s.marks != nil {
		s.forgetBefore(h, left)
	}
	h.rebase(left)
}
