package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// synFlood counts SYNs by source and by target, less the handshakes that were
// completed in the same window: what is left is half open or was never meant
// to be completed. A busy server whose clients finish their handshakes has
// next to nothing left. It returns true for a SYN beyond the target's floor:
// whatever sends it, a thousand before it in this window were looked at by the
// scan detectors, and the flood's random sources need no record each.
func (s *Scorer) synFlood(o *Observation, src, dst sketch.Hash) (flooded bool) {
	if est, look := s.synSource.add(src, 1, o.Pair); look {
		done := s.doneSource.Current().Estimate(src)
		s.synCrossed(&s.synSource, o, RoleSource, &o.Src, src, est, done)
	} else if s.synSource.warming(est, o.Pair) {
		s.synSource.contribute(&s.seed, src, &o.Dst, o.DstPort, o.IPVersion, 1)
	}
	est, look := s.synTarget.add(dst, 1, o.Pair)
	if s.synTarget.warming(est, o.Pair) {
		s.synTarget.contribute(&s.seed, dst, &o.Src, 0, o.IPVersion, 1)
	}
	if look {
		done := s.doneTarget.Current().Estimate(dst)
		s.synCrossed(&s.synTarget, o, RoleDestination, &o.Dst, dst, est, done)
	}
	return s.synTarget.beyond(est, o.Pair)
}

func (s *Scorer) synCrossed(c *counter, o *Observation, role Role, addr *[16]byte, h sketch.Hash, est, done uint32) {
	open := float64(est) - float64(min(done, est))
	threshold, action := s.policy.lookup(c.det, addr, o.IPVersion, o.Pair)
	threshold = max(threshold, c.adapted(s.policy, o.Pair, s.wall))
	// The estimate may be too high by its bound: the figure must stay above the
	// threshold without it.
	bound := c.cm.Current().ErrorBound()
	if open-bound < threshold {
		return
	}
	s.raise(&crossing{
		det: c.det, role: role, version: o.IPVersion, pair: o.Pair, port: o.DstPort, addr: addr, hash: h, action: action,
		counted: open, expected: threshold, bound: bound, second: float64(est), baseline: c.baseline(o.Pair, s.wall), top: &c.top,
		verified: role == RoleSource && s.verified.Has(h),
	})
}
