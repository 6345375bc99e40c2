package flow

import "github.com/weir-ips/weir/match/input"

// timeoutUS is how long a flow may be silent before it ends.
func (t *Table) timeoutUS(r *Record) int64 {
	to := &t.cfg.Timeouts[classOf(r.Proto)]
	var s uint32
	if t.emerg {
		switch r.State {
		case input.FlowNew:
			s = to.EmergencyNew
		case input.FlowEstablished:
			s = to.EmergencyEstablished
		case input.FlowClosed:
			s = to.EmergencyClosed
		default:
			s = to.EmergencyBypassed
		}
	} else {
		switch r.State {
		case input.FlowNew:
			s = to.New
		case input.FlowEstablished:
			s = to.Established
		case input.FlowClosed:
			s = to.Closed
		default:
			s = to.Bypassed
		}
	}
	return int64(s) * 1_000_000
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
