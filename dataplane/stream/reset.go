package stream

import "github.com/weir-ips/weir/match/input"

// reset closes the session by RST.
func (a *arrival) reset() {
	a.ss.flags |= byReset
	a.set(Closed)
}

// doubtfulReset: a reset closed the session that its receiver may have refused,
// so more may come.
func (ss *session) doubtfulReset() bool {
	return ss.flags&byReset != 0 && (ss.half[0].flags|ss.half[1].flags)&gotReset != 0
}

// afterReset takes what a valid RST says about sequence numbers, and its place
// in the stream.
func (s *Stage) afterReset(a *arrival) {
	if a.has(input.TCPAck) && a.validAck(a.rcv) {
		a.ss.ackTo(a.rcv, a.ack)
	}
	a.ss.ackTo(a.snd, a.seq)
	s.stamp(a)
	s.segment(a)
}

// validReset reports whether the receiver will take a RST. An observer that
// takes one too many stops looking at a connection that lives on (RFC 5961 §3).
func (s *Stage) validReset(a *arrival) bool {
	ss, snd, rcv := a.ss, a.snd, a.rcv
	if ss.flags&beLiberal != 0 {
		return true
	}
	if !s.freshTimestamp(a) {
		return false
	}
	if a.n > 0 {
		a.event(input.StreamRSTWithData)
	}
	if a.ack != 0 && !a.validAck(rcv) {
		a.event(input.StreamRSTInvalidAck)
		return false
	}
	if a.opt(input.OptSigned) {
		// RFC 2385, RFC 5925: only the receiver can tell whether it is signed right.
		// If its owner goes on sending, it was not.
		rcv.flags |= gotReset
	}
	if ss.flags&isAsync != 0 {
		return a.seq.atLeast(snd.nextSeq)
	}
	switch rcv.os {
	case OSHPUX11:
		return a.seq.atLeast(snd.nextSeq)
	case OSOldLinux, OSLinux, OSSolaris:
		return a.end().atLeast(snd.lastAck) && a.seq.before(snd.nextSeq.plus(snd.window))
	}
	return a.seq == snd.nextSeq
}
