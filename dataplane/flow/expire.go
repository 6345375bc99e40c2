package flow

import "github.com/weir-ips/weir/match/input"

// patience is how long flows may be silent, µs: by emergency mode, class and
// state. It is looked up for every packet and every slot that expiry passes.
type patience [2][numClasses][4]int64

// newPatience lays the configured timeouts out.
func newPatience(c *Config) (p patience) {
	for class := range p[0] {
		to := &c.Timeouts[class]
		for emerg, s := range [2][4]uint32{{to.New, to.Established, to.Closed, to.Bypassed},
			{to.EmergencyNew, to.EmergencyEstablished, to.EmergencyClosed, to.EmergencyBypassed}} {
			for state, n := range map[input.FlowState]uint32{input.FlowNew: s[0], input.FlowEstablished: s[1], input.FlowClosed: s[2], input.FlowBypassed: s[3]} {
				p[emerg][class][state&3] = int64(n) * 1_000_000
			}
		}
	}
	return p
}

// timeoutUS is how long a flow may be silent before it ends.
func (t *Table) timeoutUS(r *Record) int64 {
	e := 0
	if t.emerg {
		e = 1
	}
	return t.patience[e][classes[r.Proto]][r.State&3]
}

// TimedOut reports whether a flow has been silent for too long at nowUS.
func (t *Table) TimedOut(r *Record, nowUS int64) bool {
	return nowUS-r.LastUS > t.timeoutUS(r)
}

// Expired looks at up to n slots, where the last call ended, and returns the
// first flow that timed out, with the number of slots looked at; slot 0 when
// there was none among them. Timed-out flows end a little late, never early:
// a lookup checks TimedOut itself.
func (t *Table) Expired(nowUS int64, n int) (slot uint32, looked int) {
	high := t.recs.High()
	for looked < n && looked < int(high) {
		looked++
		t.hand++
		if t.hand >= high {
			t.hand = 1
			if high <= 1 {
				return 0, looked
			}
		}
		r := t.recs.At(t.hand)
		if r.IPVersion != 0 && t.TimedOut(r, nowUS) {
			return t.hand, looked
		}
	}
	return 0, looked
}
