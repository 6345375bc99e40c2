package stream

import "github.com/weir-ips/weir/match/input"

// synRecv handles a packet after the SYN/ACK.
func (s *Stage) synRecv(a *arrival) bool {
	switch {
	case a.has(input.TCPRst):
		if !s.validReset(a) {
			return false
		}
		// Some systems take a reset after a suspicious ACK for a stray packet and
		// keep the connection.
		if a.ss.flags&evasionAttempt != 0 {
			switch a.rcv.os {
			case OSLinux, OSOldLinux, OSSolaris:
				return true
			}
		}
		a.reset()
		s.stamp(a)
	case a.has(input.TCPFin):
		return s.fin(a)
	case a.has(input.TCPSyn | input.TCPAck):
		if !a.toClient() {
			a.event(input.Stream3WHSSynAckToserverOnSynRecv)
			return false
		}
		if a.ack != a.rcv.lastAck {
			a.event(input.Stream3WHSSynAckResendWithDiffAck)
			return false
		}
		if a.seq != a.snd.isn {
			return s.storeSynAck(a)
		}
	case a.has(input.TCPSyn):
		if a.toClient() {
			a.event(input.Stream3WHSSynToclientOnSynRecv)
			return false
		}
		if a.seq != a.snd.isn {
			a.event(input.Stream3WHSSynResendDiffSeqOnSynRecv)
			return false
		}
	case a.has(input.TCPAck):
		return s.handshakeAck(a)
	}
	return true
}

// handshakeAck handles the packet that should complete the handshake.
func (s *Stage) handshakeAck(a *arrival) bool {
	ss := a.ss
	if ss.queued > 0 {
		if c := s.synAckFor(a); c != nil {
			s.acceptSynAck(a, c)
		}
	}
	if !s.freshTimestamp(a) {
		return false
	}
	client, server := &ss.half[0], &ss.half[1]
	if ss.flags&fourWay != 0 && a.toClient() {
		return s.fourWayAck(a)
	}
	lostAck := false
	if a.toClient() && ss.flags&(midstreamSynAck|fastOpen) == 0 {
		if s.cfg.Inline {
			// All packets are seen here, so the client's ACK cannot be missing: this
			// looks like somebody else answering first.
			if a.n > 0 && a.ack == client.lastAck && a.seq == server.nextSeq {
				a.event(input.Stream3WHSAckDataInject)
			} else {
				a.event(input.Stream3WHSAckInWrongDir)
			}
			return false
		}
		lostAck = true
	}
	switch {
	case a.seq == client.nextSeq && a.ack == server.nextSeq:
		s.stamp(a)
		ss.ackTo(server, a.ack)
		ss.moveNext(client, client.nextSeq.add(a.n))
		server.window = a.win << server.wscale
		server.nextWin = server.lastAck.plus(server.window)
		if ss.flags&isMidstream != 0 {
			client.window = a.win << client.wscale
			client.nextWin = client.lastAck.plus(client.window)
			if ss.flags&midstreamSynAck == 0 {
				ss.assumeScale()
			}
		}
		s.establish(a, client)
	case s.cfg.AsyncOneside && a.seq == server.nextSeq:
		ss.flags |= isAsync
		server.nextSeq = server.nextSeq.add(a.n)
		server.lastAck = a.seq
		client.window = a.win << client.wscale
		client.lastAck = a.ack
		s.stamp(a)
		if ss.flags&isMidstream != 0 {
			server.window = a.win
			server.nextWin = server.lastAck.plus(server.window)
			ss.assumeScale()
		}
		s.establish(a, server)
	case a.seq == client.nextSeq:
		// RFC 9293 §3.10.7.4 answers with a reset; some systems do not and go on.
		ss.flags |= evasionAttempt
		a.event(input.Stream3WHSRightSeqWrongAckEvasion)
		return false
	case a.toClient() && !s.cfg.Inline && a.seq.after(client.nextSeq) && a.ack.after(client.lastAck):
		s.stamp(a)
		ss.ackTo(client, a.ack)
		server.nextSeq = a.end()
		client.nextWin = client.lastAck.plus(a.win << client.wscale)
		client.window = a.win
		server.nextWin = server.lastAck.plus(server.window)
		s.establish(a, server)
	case a.seq.after(client.nextSeq) && a.seq.atMost(client.nextWin) && a.ack == server.nextSeq:
		// Packets between were lost.
		s.stamp(a)
		client.nextSeq = a.end()
		ss.ackTo(server, a.ack)
		server.window = a.win << server.wscale
		server.nextWin = server.lastAck.plus(server.window)
		if ss.flags&isMidstream != 0 {
			client.window = a.win
			ss.assumeScale()
		}
		s.establish(a, client)
	case (lostAck || ss.flags&fastOpen != 0) && a.ack == client.lastAck && a.seq == server.nextSeq:
		ss.moveNext(server, a.end())
		server.window = a.win << server.wscale
		server.nextWin = server.lastAck.plus(server.window)
		s.establish(a, server)
	default:
		a.event(input.Stream3WHSWrongSeqWrongAck)
		return false
	}
	return true
}

// assumeScale takes the window scales of a session whose SYN was not seen for
// the largest.
func (ss *session) assumeScale() {
	ss.half[0].wscale, ss.half[1].wscale = maxWScale, maxWScale
	ss.flags |= bothSACK
}

// establish ends the handshake; h is the half that the payload belongs to.
func (s *Stage) establish(a *arrival, h *half) {
	a.set(Established)
	if h != a.snd {
		// The sequence numbers fit the other direction: a one-sided session. The
		// payload goes where its numbers lead.
		a.snd, a.rcv = a.rcv, a.snd
		a.side = 1 - a.side
	}
	s.segment(a)
}

// fourWayAck ends a handshake of two SYNs.
func (s *Stage) fourWayAck(a *arrival) bool {
	ss, server, client := a.ss, a.snd, a.rcv
	if a.seq != server.nextSeq {
		a.event(input.Stream4WHSWrongSeq)
		return false
	}
	if !a.validAck(client) {
		a.event(input.Stream4WHSInvalidAck)
		return false
	}
	s.stamp(a)
	ss.ackTo(client, a.ack)
	ss.moveNext(server, server.nextSeq.add(a.n))
	client.window = a.win << client.wscale
	client.nextWin = client.lastAck.plus(client.window)
	a.set(Established)
	s.segment(a)
	return true
}
