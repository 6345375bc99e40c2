package stream

import (
	"math"

	"github.com/weir-ips/weir/match/input"
)

// farAhead is how much may be acknowledged of octets that were never seen
// before their numbers are given up: comparison is good for half the number
// space.
const farAhead = 1 << 30

// rawLag bounds how far raw inspection may stay behind what the application
// layer has read.
const rawLag = 1 << 20

// prune lets go of what nobody needs any more of one direction.
func (s *Stage) prune(ss *session, side int) {
	h := &ss.half[side]
	h.flags &^= unpruned
	if h.flags&noReassembly == 0 {
		if h.flags&depthReached != 0 && (h.flags&appOff != 0 || h.app >= h.right) ||
			h.flags&appOff != 0 && h.flags&rawOff != 0 {
			h.flags |= noReassembly
		}
	}
	acked := h.acked()
	if h.regs|h.segs != 0 {
		left := s.leftEdge(h, side, acked)
		if left > h.baseOff {
			s.cutBefore(h, left)
			h.rebase(left)
			if !s.cfg.Inline {
				s.shrink(h)
			}
		}
		if h.segs != 0 {
			s.forgetBefore(h, left)
		}
	}
	if h.regs|h.segs == 0 {
		s.follow(ss, side, acked)
	}
}

// follow moves the base of a direction of which nothing is held.
func (s *Stage) follow(ss *session, side int, acked uint64) {
	h := &ss.half[side]
	if h.flags&noReassembly != 0 {
		if acked > h.baseOff {
			h.rebase(acked)
		}
		return
	}
	if acked > h.right && acked-h.right > farAhead {
		if a := &s.a; h.flags&(appOff|eofSent) == 0 && a.ss == ss && a.sink != nil {
			// The sink counts octets, too: without being told it would take what comes
			// next for what came before.
			s.gap(ss, h, a, input.ToServer+input.Dir(side), acked)
		}
		h.rebase(acked)
		h.app, h.raw, h.right = acked, acked, acked
		h.rawEdge = acked
		return
	}
	if left := min(h.app, h.right, acked); left > h.baseOff {
		h.rebase(left)
	}
	if h.raw < h.baseOff {
		h.raw = h.baseOff
	}
}

// leftEdge is the first octet that is still needed: by the sink, by raw
// inspection with its context, or, inline, because the receiver may still take
// another copy of it.
func (s *Stage) leftEdge(h *half, side int, acked uint64) uint64 {
	left := uint64(math.MaxUint64)
	if h.flags&noReassembly == 0 {
		if h.flags&appOff == 0 {
			left = h.app
		}
		if h.flags&rawOff == 0 {
			if left != math.MaxUint64 && left > h.raw+rawLag {
				h.raw = left - rawLag
			}
			left = min(left, h.raw-min(h.raw, s.context(side)))
		}
	} else if !s.cfg.Inline {
		return max(h.right, h.baseOff)
	}
	left = min(left, acked, h.right)
	if !s.cfg.Inline && s.cfg.CheckOverlap {
		// Injected octets may come after the true ones were acknowledged.
		keep := uint64(h.window)
		if keep == 0 {
			keep = 4096
		}
		left -= min(left, keep, farApart)
	}
	return left
}

// shrink moves what is kept as context alone out of a large page: a flow that
// says nothing for long must not hold it.
func (s *Stage) shrink(h *half) {
	if h.regs == 0 || h.regs != h.tail {
		return
	}
	g := s.region(h.regs)
	if g.order < minOrder+4 || g.n > maxContext || h.raw < g.end() || h.flags&appOff == 0 && h.app < g.end() {
		return
	}
	p := s.arena.get(minOrder, s.calls)
	if p == 0 {
		return
	}
	copy(s.arena.bytes(p, minOrder), s.octets(g, g.off, g.end()))
	s.freePage(g)
	g.page, g.order, g.at, g.lent = p, minOrder, 0, false
}
