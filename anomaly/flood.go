package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// flood counts packets of one kind to each target: UDP that the target has not
// answered (a download over QUIC is no flood), ICMP, fragments. It returns
// true beyond the target's floor, as synFlood does.
func (s *Scorer) flood(c *counter, o *Observation, src, dst sketch.Hash) (flooded bool) {
	est, look := c.add(dst, 1, o.Pair)
	if c.warming(est, o.Pair) {
		c.contribute(&s.seed, dst, &o.Src, o.SrcPort, o.IPVersion, 1)
	}
	if look {
		s.volumeCrossed(c, o, &o.Dst, dst, RoleDestination, float64(est), 0, o.DstPort)
	}
	return c.beyond(est, o.Pair)
}

// volumeCrossed raises when the figure less its error is above the threshold.
func (s *Scorer) volumeCrossed(c *counter, o *Observation, addr *[16]byte, h sketch.Hash, role Role, counted, second float64, port uint16) {
	threshold, action := s.policy.lookup(c.det, addr, o.IPVersion, o.Pair)
	threshold = max(threshold, c.adapted(s.policy, o.Pair, s.wall))
	bound := c.cm.Current().ErrorBound()
	if counted-bound < threshold {
		return
	}
	s.raise(&crossing{
		det: c.det, role: role, version: o.IPVersion, pair: o.Pair, port: port, addr: addr, hash: h, action: action,
		counted: counted, expected: threshold, bound: bound, second: second, baseline: c.baseline(o.Pair, s.wall), top: &c.top,
		verified: role == RoleSource && s.verified.Has(h),
	})
}

// reflectors are UDP services that answer a small, spoofable question with a
// large answer (US-CERT alert TA14-017A and later additions).
var reflectors = func() (m [65536 / 64]uint64) {
	for _, p := range []uint16{
		17, 19, 53, 69, 111, 123, 137, 161, 177, 389, 427, 500, 520, 623, 1434, 1604, 1900, 3283, 3389, 3478,
		3702, 5060, 5093, 5351, 5353, 5683, 10001, 10074, 11211, 17185, 20800, 26000, 27015, 27960, 30718, 32414, 33848, 37810, 47808,
	} {
		m[p/64] |= 1 << (p % 64)
	}
	return m
}()

func isReflector(port uint16) bool { return reflectors[port/64]>>(port%64)&1 != 0 }

// amplification counts the octets that come from reflectors' ports in flows
// which the reflector began: answers nobody asked for.
func (s *Scorer) amplification(o *Observation, src, dst sketch.Hash) {
	c := &s.reflected
	est, look := c.add(dst, o.Len, o.Pair)
	if c.warming(est, o.Pair) {
		c.contribute(&s.seed, dst, &o.Src, o.SrcPort, o.IPVersion, o.Len)
	}
	if look {
		s.volumeCrossed(c, o, &o.Dst, dst, RoleDestination, float64(est), 0, o.SrcPort)
	}
}
