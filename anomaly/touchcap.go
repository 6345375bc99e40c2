package anomaly

// capMinPackets: below it a share means nothing.
const capMinPackets = 1000

// capWindowUS is the span that shares are taken over, the current and the last.
const capWindowUS = 10_000_000

// touchCap bounds how much of the traffic automatic mitigation may hold back.
// Beyond it something is wrong with a threshold, or the attack is so large that
// a person should decide: mitigation only reports until CapHold is over or
// Resume is called. Manual blocks are a person's decision and exempt.
type touchCap struct {
	cur, last shares
	dueUS     int64
	untilUS   int64 // capped until then
}

type shares struct {
	packets, touched         uint64
	established, touchedEstb uint64
}

// spend asks for one packet; false when the cap is reached.
func (c *touchCap) spend(s *Scorer, o *Observation) bool {
	if s.now < c.untilUS {
		return false
	}
	c.cur.touched++
	if isEstablished(o) {
		c.cur.touchedEstb++
	}
	all := c.cur.packets + c.last.packets
	if all < capMinPackets {
		return true
	}
	touched := float64(c.cur.touched + c.last.touched)
	touchedEstb := float64(c.cur.touchedEstb + c.last.touchedEstb)
	limit, limitEstb := s.policy.maxTouched*float64(all), s.policy.maxEstablished*float64(c.cur.established+c.last.established)
	if touched <= limit && touchedEstb <= max(limitEstb, capMinPackets*s.policy.maxEstablished) {
		return true
	}
	c.untilUS = s.now + s.policy.capHoldUS
	s.Stats.Capped++
	if f := s.queue(); f != nil {
		f.TimeUS, f.Detector, f.Role, f.Phase = s.wall, MitigationCap, RolePair, Begin
		f.Counted, f.Expected = 100*touched/float64(all), 100*s.policy.maxTouched
		f.WindowUS, f.Pair, f.Score = 2*capWindowUS, o.Pair, 100
		f.ExpiresUS = s.wall + s.policy.capHoldUS
	}
	return false
}

func (c *touchCap) turn(now int64) {
	c.last, c.cur = c.cur, shares{}
	c.dueUS = now + capWindowUS
}

// Resume lets mitigation act again: a person looked.
func (s *Scorer) Resume() {
	s.cap = touchCap{dueUS: s.cap.dueUS}
}

// isEstablished says that the packet belongs to a conversation of two sides
// that mitigation should spare: ICMP and fragments prove too little for that.
func isEstablished(o *Observation) bool {
	return o.FlowEstablished && !o.Fragment && (o.Proto == protoTCP || o.Proto == protoUDP)
}
