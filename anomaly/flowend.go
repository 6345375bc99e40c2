package anomaly

// FlowEnd feeds the detectors that judge whole flows: brute force, slow
// requests, uploads. Called once a flow, when it ended or timed out.
func (s *Scorer) FlowEnd(f *FlowEnd) {
	s.advance(f.TimeUS)
	if !s.policy.enabled || f.IPVersion != 4 && f.IPVersion != 6 || !f.Established {
		return
	}
	client := s.seed.SumAddr(&f.Client, uint64(f.IPVersion))
	s.login(f, client)
	if f.Proto == protoTCP {
		s.slowClose(f, client)
	}
	if f.ClientInside {
		s.upload(f, client)
	}
}

// raiseWith raises and names one contributor that the detector knows itself.
func (s *Scorer) raiseWith(c *crossing, top Contributor) {
	n := s.queued
	s.raise(c)
	if s.queued > n {
		f := &s.findings[s.queued-1]
		f.Top[0], f.TopLen = top, 1
	}
}
