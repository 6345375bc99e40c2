package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// judge asks the mitigations in force about one packet.
func (s *Scorer) judge(o *Observation, cl class, src, dst sketch.Hash) Verdict {
	if cl&s.classes == 0 {
		return None
	}
	v := None
	if s.liveByRole[0] > 0 {
		if sub := s.active[0].find(src); sub != nil && sub.addr == o.Src && sub.version == o.IPVersion {
			v = s.judgeSubject(sub, o, cl, src, dst)
		}
	}
	if s.liveByRole[1] > 0 {
		if sub := s.active[1].find(dst); sub != nil && sub.addr == o.Dst && sub.version == o.IPVersion {
			v = max(v, s.judgeSubject(sub, o, cl, src, dst))
		}
	}
	return v
}

func (s *Scorer) judgeSubject(sub *subject, o *Observation, cl class, src, dst sketch.Hash) Verdict {
	v := None
	for i := range sub.slots {
		sl := &sub.slots[i]
		if !sl.live || sl.class&cl == 0 || sl.action == Alert || s.now >= sl.expires {
			continue
		}
		got := s.judgeSlot(sl, o, cl, src, dst)
		if got == None {
			continue
		}
		if s.policy.allowed(&o.Src, o.IPVersion) || s.policy.allowed(&o.Dst, o.IPVersion) {
			s.Stats.Allowed++
			return None
		}
		if got != WouldDrop && !s.cap.spend(s, o) {
			got = WouldDrop
		}
		sl.touched++
		v = max(v, got)
	}
	return v
}

// judgeSlot is the ladder: a source that never completed a handshake may be
// someone else's address, so it is challenged, never banned; a target is never
// cut off, only its unproven traffic is thinned out.
func (s *Scorer) judgeSlot(sl *slot, o *Observation, cl class, src, dst sketch.Hash) Verdict {
	proven := cl&classSYN != 0 && s.verified.Has(src)
	if sl.role == RoleDestination && (proven || isEstablished(o)) {
		return None
	}
	switch sl.action {
	case Shadow:
		if s.tokens(sl) {
			return None
		}
		return WouldDrop
	case TimedDrop:
		if sl.role == RoleSource && sl.verified {
			return Drop
		}
	}
	// What is left of drop, rate-limit and challenge.
	if cl&classSYN != 0 && !proven && (sl.role == RoleSource || sl.action == ChallengeUnverified) {
		return s.challenge(o, src, dst)
	}
	if s.tokens(sl) {
		return None
	}
	return RateLimited
}

// challenge drops the first SYN of a connection. A real stack sends it again
// after a second or so (RFC 6298 §2.1); who spoofs does not learn that he should.
func (s *Scorer) challenge(o *Observation, src, dst sketch.Hash) Verdict {
	h := s.seed.Mix(src, dst.Lo^uint64(o.SrcPort)<<16^uint64(o.DstPort))
	if s.challenged.Has(h) {
		return None
	}
	s.challenged.Add(h)
	return Challenge
}

// tokens takes one from the bucket, which holds a second's worth.
func (s *Scorer) tokens(sl *slot) bool {
	sl.tokens = min(sl.rate, sl.tokens+sl.rate*float64(s.now-sl.filled)*1e-6)
	sl.filled = s.now
	if sl.tokens < 1 {
		return false
	}
	sl.tokens--
	return true
}
