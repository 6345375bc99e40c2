package stream

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/match/input"
)

// AppendHeld appends what is held of a direction to dst, up to its capacity, as
// people read it in an alert: in order, with "[4 bytes missing]" where octets
// were never seen.
func (s *Stage) AppendHeld(dst []byte, r *flow.Record, d input.Dir) []byte {
	ss, side := s.side(r, d)
	if ss == nil {
		return dst
	}
	h := &ss.half[side]
	at, end := h.baseOff, h.right
	if !s.cfg.Inline {
		at, end = s.heldNew(h)
	}
	for i := h.regs; i != 0 && len(dst) < cap(dst); i = s.region(i).next {
		g := s.region(i)
		if g.end() <= at {
			continue
		}
		if g.off >= end {
			break
		}
		if g.off > at {
			var b [40]byte
			hole := strconv.AppendUint(append(b[:0], '['), g.off-at, 10)
			hole = append(hole, " bytes missing]"...)
			dst = append(dst, hole[:min(len(hole), cap(dst)-len(dst))]...)
		}
		data := s.octets(g, max(g.off, at), min(g.end(), end))
		dst = append(dst, data[:min(len(data), cap(dst)-len(dst))]...)
		at = g.end()
	}
	return dst
}

// heldNew is what a passive look is about: what was acknowledged and not looked at
// before. What lies before it is kept as context alone. Where there is nothing of
// the kind, all that is held.
func (s *Stage) heldNew(h *half) (from, to uint64) {
	from, to = max(h.baseOff, min(h.raw, h.app)), min(h.acked(), h.right)
	if from >= to {
		return h.baseOff, h.right
	}
	return from, to
}
