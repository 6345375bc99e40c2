package anomaly

// Violation counts protocol violations by source. A window with more than its
// share is a fuzzer, an evasion tool, or a broken middlebox: the finding names
// the figure, a person decides.
func (s *Scorer) Violation(v *Violation) {
	s.advance(v.TimeUS)
	if !s.policy.enabled || v.IPVersion != 4 && v.IPVersion != 6 {
		return
	}
	h := s.seed.SumAddr(&v.Src, uint64(v.IPVersion))
	c := &s.violations
	if est, look := c.add(h, 1, v.Pair); look {
		o := Observation{Pair: v.Pair, IPVersion: v.IPVersion}
		s.volumeCrossed(c, &o, &v.Src, h, RoleSource, float64(est), 0, 0)
	}
}
