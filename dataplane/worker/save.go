package worker

import "github.com/weir-ips/weir/event"

// saveEveryUS is how often what the detectors learned is told to control.
const saveEveryUS = 60_000_000

// saver says which part of the detectors' state goes out next.
type saver struct {
	part  []byte // room for one part; nil: nothing is saved
	next  int
	under bool // parts of a state are going out
	dueUS int64
}

// save tells control one part of what the detectors learned, so that saving
// costs no pause. A part that finds the ring full ends the attempt: control keeps
// the state before.
func (w *Worker) save() {
	s := &w.saver
	if s.part == nil {
		return
	}
	if !s.under {
		if w.now < s.dueUS {
			return
		}
		first := s.dueUS == 0
		s.dueUS = w.now + saveEveryUS
		if first {
			return
		}
		s.under, s.next = true, 0
	}
	if !w.savePart() {
		s.under = false
	}
}

// saveAll tells control the whole state: at a clean stop.
func (w *Worker) saveAll() {
	if w.saver.part == nil || w.scorer == nil {
		return
	}
	for w.saver.next = 0; w.savePart(); {
	}
}

// savePart writes part next; false past the last one, or without room.
func (w *Worker) savePart() bool {
	s := &w.saver
	n, more := w.scorer.StatePart(s.next, s.part)
	wr := w.begin(event.KindState)
	if wr == nil {
		return false
	}
	wr.Uint("part", uint64(s.next))
	wr.Bool("last", !more)
	wr.Str("data", s.part[:n])
	w.cfg.Ring.Commit()
	s.next++
	return more
}
