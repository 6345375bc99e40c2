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
	at := h.baseOff
	for i := h.regs; i != 0 && len(dst) < cap(dst); i = s.region(i).next {
		g := s.region(i)
		if g.off > at {
			var b [40]byte
			hole := strconv.AppendUint(append(b[:0], '['), g.off-at, 10)
			hole = append(hole, " bytes missing]"...)
			dst = append(dst, hole[:min(len(hole), cap(dst)-len(dst))]...)
		}
		data := s.octets(g, g.off, g.end())
		dst = append(dst, data[:min(len(data), cap(dst)-len(dst))]...)
		at = g.end()
	}
	return dst
}
