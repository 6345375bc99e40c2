package stream

import "github.com/weir-ips/weir/match/input"

// established handles a packet of an open connection.
func (s *Stage) established(a *arrival) bool {
	ss := a.ss
	switch {
	case a.has(input.TCPRst):
		if !s.validReset(a) {
			return false
		}
		a.reset()
		a.rcv.nextSeq = a.ack
		a.snd.nextSeq = a.end()
		if a.toClient() {
			a.snd.nextSeq = a.end() + 1
		}
		a.snd.window = a.win << a.snd.wscale
		s.afterReset(a)
	case a.has(input.TCPFin):
		return s.fin(a)
	case a.has(input.TCPSyn | input.TCPAck):
		return a.lateSynAck()
	case a.has(input.TCPSyn):
		switch {
		case a.toClient():
			a.event(input.StreamEstSynToclient)
		case a.ack != a.snd.isn:
			a.event(input.StreamEstSynResendDiffSeq)
		default:
			a.event(input.StreamEstSynResend)
		}
		return false
	case a.has(input.TCPAck):
		if !s.freshTimestamp(a) {
			return false
		}
		if a.toClient() {
			ss.flags |= confirmed
		}
		return s.data(a)
	}
	return true
}

// lateSynAck handles a SYN/ACK on an open connection: the server did not get
// the last ACK of the handshake, or somebody plays.
func (a *arrival) lateSynAck() bool {
	switch {
	case !a.toClient():
		a.event(input.StreamEstSynAckToserver)
	case a.ack != a.rcv.lastAck:
		a.event(input.StreamEstSynAckResendWithDiffAck)
	case a.seq != a.snd.isn:
		a.event(input.StreamEstSynAckResendWithDiffSeq)
	case a.ss.flags&confirmed != 0:
		a.event(input.StreamEstSynAckResend)
	default:
		return true
	}
	return false
}

// data handles an ordinary segment. What is refused here may still be a good
// acknowledgement, so without payload it is let go.
func (s *Stage) data(a *arrival) bool {
	ss, snd, rcv := a.ss, a.snd, a.rcv
	probed := probeTC
	if a.toClient() {
		probed = probeTS
	}
	if ss.flags&probed != 0 && a.ack == rcv.nextSeq+1 {
		// The octet of a zero window probe was taken after all.
		a.event(input.StreamEstAckZWPData)
	} else if !a.validAck(rcv) {
		a.event(input.StreamEstInvalidAck)
		return a.n == 0
	}
	if a.toClient() && ss.flags&(isMidstream|midstreamFresh) == isMidstream|midstreamFresh {
		snd.window = a.win << snd.wscale
		snd.nextWin = snd.lastAck.plus(snd.window)
		ss.flags &^= midstreamFresh
	}
	keepAlive := a.n <= 1 && a.seq == snd.nextSeq.minus(1)
	if !keepAlive && a.end().before(snd.lastAck) && !s.beforeAckButWanted(a) {
		a.event(input.StreamEstPktBeforeLastAck)
		return a.n == 0
	}
	if a.n == 1 && a.seq == snd.nextSeq && snd.window == 0 {
		ss.flags |= probeTS
		if a.toClient() {
			ss.flags = ss.flags&^probeTS | probeTC
		}
		s.segment(a)
		return true
	}
	if a.end().atLeast(snd.nextSeq) {
		ss.moveNext(snd, a.end())
	}
	if a.end().after(snd.nextWin) && ss.flags&(isMidstream|isAsync) == 0 {
		a.event(input.StreamEstPacketOutOfWindow)
		return a.n == 0
	}
	rcv.window = a.win << rcv.wscale
	ss.ackTo(rcv, a.ack)
	if ss.flags&isAsync == 0 && rcv.lastAck.after(rcv.nextSeq) {
		s.Stats.AckUnseenData++
	}
	s.stamp(a)
	rcv.takeSACK(a)
	rcv.widen()
	s.segment(a)
	return true
}

// beforeAckButWanted reports whether octets before the last acknowledgement are
// taken all the same.
func (s *Stage) beforeAckButWanted(a *arrival) bool {
	ss, snd := a.ss, a.snd
	switch {
	case ss.flags&isAsync != 0:
		// Nobody acknowledges in sight: the sender's own numbers stand in.
		if a.toClient() {
			snd.lastAck = a.seq
		} else {
			ss.ackTo(snd, a.seq)
		}
	case !a.toClient() && s.cfg.AsyncOneside && ss.flags&isMidstream != 0 &&
		(snd.nextSeq == a.seq || snd.lastAck == snd.isn+1):
		ss.ackTo(snd, a.seq)
		ss.flags |= isAsync
	case snd.lastAck.after(snd.nextSeq) && a.end().after(snd.nextSeq):
		// Acknowledged without having been seen: it comes now.
	default:
		return false
	}
	return true
}

// fin handles the first FIN of a connection.
func (s *Stage) fin(a *arrival) bool {
	if !s.freshTimestamp(a) {
		return false
	}
	ss, snd, rcv := a.ss, a.snd, a.rcv
	if !a.validAck(rcv) {
		a.event(input.StreamFinInvalidAck)
		return false
	}
	if a.seq.before(snd.lastAck) || a.end().after(snd.nextWin) {
		a.event(input.StreamFinOutOfWindow)
		return false
	}
	if a.toClient() {
		a.set(FinWait1)
		snd.nextSeq = a.end() + 1
	} else {
		if a.has(input.TCPSyn) {
			a.event(input.StreamFinSyn)
			return false
		}
		a.set(CloseWait)
		snd.nextSeq = a.end()
	}
	rcv.window = a.win << rcv.wscale
	s.stamp(a)
	if rcv.nextSeq.before(a.ack) {
		rcv.nextSeq = a.ack
	}
	if a.has(input.TCPAck) {
		ss.ackTo(rcv, a.ack)
	}
	s.segment(a)
	return true
}
