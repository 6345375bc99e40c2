package stream

import "github.com/weir-ips/weir/match/input"

// ended handles what all states after the first FIN have in common: resets and
// SYNs. done is false when the packet is for the state itself.
func (s *Stage) ended(a *arrival) (ok, done bool) {
	switch {
	case a.has(input.TCPRst):
		if !s.validReset(a) {
			return false, true
		}
		a.reset()
		s.afterReset(a)
		return true, true
	case a.flags&(input.TCPSyn|input.TCPFin) == input.TCPSyn:
		a.event(input.StreamShutdownSynResend)
		return false, true
	}
	return true, false
}

// resent reports whether the packet repeats octets that were sent before.
func (a *arrival) resent() bool {
	if a.n == 0 {
		return false
	}
	h, end := a.snd, a.end()
	if end.atMost(h.lastAck) || end.atMost(h.nextSeq) || a.seq.before(h.lastAck) {
		a.event(input.StreamPktRetransmission)
		return true
	}
	return false
}

// refuse raises an event and refuses the packet.
func (a *arrival) refuse(id input.EventID) bool {
	a.event(id)
	return false
}

// beyondWindow: the packet starts behind what its sender may send.
func (a *arrival) beyondWindow() bool { return a.seq.after(a.snd.lastAck.plus(a.snd.window)) }

// inWindow: the packet ends before what its sender may send ends; not known
// where the handshake or one side was missed.
func (a *arrival) inWindow() bool {
	return a.end().atMost(a.snd.nextWin) || a.ss.flags&(isMidstream|isAsync) != 0
}

// openWindow takes over the window that the packet announces.
func (a *arrival) openWindow() { a.rcv.window = a.win << a.rcv.wscale }

// catchUp moves what is expected from the peer to what the packet acknowledges:
// the peer's octets were missed here and received there.
func (a *arrival) catchUp(slack uint32) {
	if a.rcv.nextSeq.minus(slack).before(a.ack) {
		a.rcv.nextSeq = a.ack
	}
}

// accept is how the closing states end: acknowledgement, then payload.
func (s *Stage) accept(a *arrival) bool {
	if a.has(input.TCPAck) {
		a.ss.ackTo(a.rcv, a.ack)
	}
	s.segment(a)
	return true
}

// advance moves the next expected sequence number if the packet starts there.
func (a *arrival) advance(expected seqnum) {
	if a.seq == expected {
		a.ss.moveNext(a.snd, a.end())
	}
}

// finWait1 handles a packet after the server's FIN.
func (s *Stage) finWait1(a *arrival) bool {
	if ok, done := s.ended(a); done {
		return ok
	}
	if !s.freshTimestamp(a) {
		return false
	}
	snd, rcv := a.snd, a.rcv
	// The server's FIN took a number already.
	expected := snd.nextSeq
	if a.toClient() {
		expected = snd.nextSeq.minus(1)
	}
	if a.has(input.TCPFin) {
		return s.finWait1Fin(a, expected)
	}
	if !a.has(input.TCPAck) {
		return true
	}
	resent := a.resent()
	if !a.validAck(rcv) {
		return a.refuse(input.StreamFin1InvalidAck)
	}
	if !resent && (a.toClient() || a.ack == rcv.nextSeq) {
		if !a.inWindow() {
			return a.refuse(input.StreamFin1AckWrongSeq)
		}
		if a.seq == expected {
			a.set(FinWait2)
		}
		a.openWindow()
	}
	s.stamp(a)
	a.catchUp(1)
	a.advance(expected)
	a.ss.ackTo(rcv, a.ack)
	rcv.takeSACK(a)
	rcv.widen()
	return s.accept(a)
}

// finWait1Fin handles the second FIN. With an ACK of the first it ends the
// connection, without both sides are closing.
func (s *Stage) finWait1Fin(a *arrival, expected seqnum) bool {
	snd, rcv := a.snd, a.rcv
	withAck := a.has(input.TCPAck)
	resent := a.resent() ||
		withAck && a.toClient() && a.seq == snd.nextSeq.minus(1) && a.ack == rcv.lastAck
	if !resent && (a.seq.before(snd.nextSeq.minus(1)) || a.beyondWindow()) {
		return a.refuse(input.StreamFin1FinWrongSeq)
	}
	if !a.validAck(rcv) {
		return a.refuse(input.StreamFin1InvalidAck)
	}
	if !resent {
		if withAck {
			a.set(TimeWait)
		} else {
			a.set(Closing)
		}
		a.openWindow()
	}
	s.stamp(a)
	if !withAck {
		expected = snd.nextSeq.minus(1)
	}
	if resent && withAck && a.toClient() {
		s.segment(a)
		return true
	}
	a.catchUp(1)
	a.advance(expected)
	return s.accept(a)
}

// finWait2 handles a packet after the server's FIN was acknowledged.
func (s *Stage) finWait2(a *arrival) bool {
	if ok, done := s.ended(a); done {
		return ok
	}
	if !s.freshTimestamp(a) {
		return false
	}
	snd, rcv := a.snd, a.rcv
	if a.has(input.TCPFin) {
		resent := a.seq == snd.nextSeq.minus(1) && a.ack == rcv.lastAck || a.resent()
		if !resent && (a.seq.before(snd.nextSeq) || a.beyondWindow()) {
			return a.refuse(input.StreamFin2FinWrongSeq)
		}
		if !a.validAck(rcv) {
			return a.refuse(input.StreamFin2InvalidAck)
		}
		if !resent {
			a.set(TimeWait)
			if !a.toClient() {
				a.advance(snd.nextSeq)
			}
			a.openWindow()
		}
		s.stamp(a)
		a.catchUp(0)
		return s.accept(a)
	}
	if !a.has(input.TCPAck) {
		return true
	}
	resent := a.resent()
	if !a.validAck(rcv) {
		return a.refuse(input.StreamFin2InvalidAck)
	}
	if !resent {
		if !a.inWindow() {
			return a.refuse(input.StreamFin2AckWrongSeq)
		}
		a.openWindow()
	}
	s.stamp(a)
	a.advance(snd.nextSeq)
	a.ss.ackTo(rcv, a.ack)
	rcv.takeSACK(a)
	rcv.widen()
	return s.accept(a)
}

// closing handles a packet after both FINs, of which none was acknowledged.
func (s *Stage) closing(a *arrival) bool {
	if ok, done := s.ended(a); done {
		return ok
	}
	if !a.has(input.TCPAck) {
		return true
	}
	if !s.freshTimestamp(a) {
		return false
	}
	resent := a.resent()
	if a.seq != a.snd.nextSeq {
		return a.refuse(input.StreamClosingAckWrongSeq)
	}
	if !a.validAck(a.rcv) {
		return a.refuse(input.StreamClosingInvalidAck)
	}
	if !resent {
		a.set(TimeWait)
		a.openWindow()
	}
	s.stamp(a)
	a.catchUp(0)
	return s.accept(a)
}

// closeWait handles a packet after the client's FIN.
func (s *Stage) closeWait(a *arrival) bool {
	if ok, done := s.ended(a); done {
		return ok
	}
	if !a.has(input.TCPFin) && !a.has(input.TCPAck) {
		return true
	}
	if !s.freshTimestamp(a) {
		return false
	}
	snd, rcv := a.snd, a.rcv
	resent := a.resent()
	fin := a.has(input.TCPFin)
	switch {
	case fin && !resent && (a.seq.before(snd.nextSeq) || a.beyondWindow()):
		return a.refuse(input.StreamCloseWaitFinOutOfWindow)
	case !fin && a.n > 0 && a.end().atMost(snd.lastAck):
		return a.refuse(input.StreamCloseWaitPktBeforeLastAck)
	case !fin && a.beyondWindow():
		return a.refuse(input.StreamCloseWaitAckOutOfWindow)
	case !a.validAck(rcv):
		return a.refuse(input.StreamCloseWaitInvalidAck)
	}
	if !resent {
		if fin && a.toClient() {
			a.set(LastAck)
		}
		a.openWindow()
	}
	s.stamp(a)
	a.catchUp(0)
	if !fin {
		a.advance(snd.nextSeq)
	}
	return s.accept(a)
}

// lastAck handles a packet after the server's FIN that followed the client's.
func (s *Stage) lastAck(a *arrival) bool {
	if ok, done := s.ended(a); done {
		return ok
	}
	if a.has(input.TCPFin) || !a.has(input.TCPAck) {
		return true
	}
	if !s.freshTimestamp(a) {
		return false
	}
	if a.toClient() {
		return true
	}
	snd := a.snd
	resent := a.resent()
	if !a.validAck(a.rcv) {
		return a.refuse(input.StreamLastAckInvalidAck)
	}
	if !resent {
		if a.seq == snd.nextSeq || a.seq == snd.nextSeq+1 {
			a.set(Closed)
		} else if a.seq.after(snd.nextSeq) {
			return a.refuse(input.StreamLastAckAckWrongSeq)
		}
		a.openWindow()
	}
	s.stamp(a)
	a.catchUp(0)
	return s.accept(a)
}

// timeWait handles a packet after both FINs were acknowledged.
func (s *Stage) timeWait(a *arrival) bool {
	if ok, done := s.ended(a); done {
		return ok
	}
	if a.has(input.TCPFin) || !a.has(input.TCPAck) {
		return true
	}
	if !s.freshTimestamp(a) {
		return false
	}
	snd := a.snd
	resent := a.resent()
	if !resent {
		if a.toClient() {
			if a.seq != snd.nextSeq && a.seq != snd.nextSeq.minus(1) {
				if a.n > 0 && a.seq == snd.lastAck {
					return true
				}
				return a.refuse(input.StreamTimeWaitAckWrongSeq)
			}
		} else if a.seq != snd.nextSeq && a.seq != snd.nextSeq+1 {
			return a.refuse(input.StreamTimeWaitAckWrongSeq)
		}
	}
	if !a.validAck(a.rcv) {
		return a.refuse(input.StreamTimeWaitInvalidAck)
	}
	if !resent {
		a.set(Closed)
		a.openWindow()
	}
	s.stamp(a)
	a.catchUp(0)
	return s.accept(a)
}

// closed handles a packet after the end. If the peer got a reset that it may
// not have taken, the state before it goes on.
func (s *Stage) closed(a *arrival) bool {
	ss := a.ss
	if a.has(input.TCPRst) {
		return true
	}
	if a.snd.flags&gotReset != 0 || a.rcv.flags&gotReset == 0 {
		return true
	}
	prev := ss.prev
	if !s.dispatch(a, prev) {
		return false
	}
	if ss.state == Closed {
		ss.state = prev
	}
	return true
}
