package stream

import "github.com/weir-ips/weir/match/input"

// synSent handles a packet after the client's SYN.
func (s *Stage) synSent(a *arrival) bool {
	ss := a.ss
	if a.has(input.TCPSyn | input.TCPAck) {
		if a.toClient() {
			return s.synAck(a)
		}
		return s.fourWaySynAck(a)
	}
	if !a.echoFits() {
		a.event(input.StreamPktInvalidTimestamp)
		return false
	}
	switch {
	case a.has(input.TCPRst):
		if !s.validReset(a) {
			return false
		}
		if a.toClient() || a.seq == a.snd.isn && a.win == 0 && a.ack == a.snd.isn+1 {
			a.rcv.flags |= gotReset
			a.reset()
			s.dropQueue(ss)
		}
	case a.has(input.TCPFin):
	case a.has(input.TCPSyn):
		if a.toClient() {
			a.synAgainstSyn()
			return true
		}
		// A repeated SYN: the last one is the likeliest, the others stay candidates.
		c := candidateOf(a)
		c.ack = 0
		if c != candidateOfSession(ss) {
			s.storeSyn(a)
		}
		ss.useSyn(&c)
	case a.has(input.TCPAck):
		return s.asyncAck(a)
	}
	return true
}

// echoFits reports whether an answer to the SYN echoes its timestamp.
func (a *arrival) echoFits() bool {
	if !a.toClient() || !a.opt(input.OptTimestamp) {
		return true
	}
	echo := a.p.TCP.TSEcr
	if a.rcv.flags&offersTimestamps != 0 {
		return a.rcv.lastTS == 0 || echo == 0 || echo == a.rcv.lastTS
	}
	return a.rcv.lastTS != 0 || echo == 0
}

// synAck handles the server's answer.
func (s *Stage) synAck(a *arrival) bool {
	ss, client := a.ss, a.rcv
	badEcho := !s.cfg.LiberalTimestamps && !a.echoFits()
	fast := a.opt(input.OptTFO) || ss.flags&fastOpen != 0
	bare := a.ack == client.isn+1
	full := bare
	if fast {
		full = a.ack == client.nextSeq
	}
	switch {
	case full && !badEcho:
	case fast && bare && !badEcho:
		// The server took the SYN and not its data, which will come again.
		client.nextSeq = client.isn
		a.event(input.Stream3WHSSynAckTFODataIgnored)
		ss.flags |= fastOpenIgnored
	default:
		c := s.findSyn(ss, a.ack.minus(1), a.p.TCP.TSEcr, a.opt(input.OptTimestamp), s.cfg.LiberalTimestamps)
		if c == nil {
			if !full && !bare {
				a.event(input.Stream3WHSSynAckWithWrongAck)
			} else if badEcho {
				a.event(input.StreamPktInvalidTimestamp)
			}
			return false
		}
		ss.useSyn(c)
	}
	if fast {
		ss.flags |= fastOpen
	}
	s.dropQueue(ss)
	c := candidateOf(a)
	s.acceptSynAck(a, &c)
	return true
}

// acceptSynAck takes over what a SYN/ACK says.
func (s *Stage) acceptSynAck(a *arrival, c *candidate) {
	ss := a.ss
	client, server := &ss.half[0], &ss.half[1]
	a.set(SynRecv)
	server.start(c.seq)
	client.window = uint32(c.win)
	if c.opts&input.OptTimestamp != 0 && client.flags&offersTimestamps != 0 {
		server.lastTS, server.lastSeen = c.ts, c.sec
		ss.flags |= hasTimestamps
		if c.ts == 0 {
			server.flags |= zeroTimestamp
		}
	} else {
		client.lastTS, server.lastTS = 0, 0
		client.flags &^= zeroTimestamp
	}
	client.lastAck, server.lastAck = c.ack, server.isn+1
	client.wscale = 0
	if ss.flags&serverWScale != 0 && c.opts&input.OptWScale != 0 {
		client.wscale = c.wscale
	}
	ss.flags &^= bothSACK
	if ss.flags&clientSACK != 0 && c.opts&input.OptSACKPermitted != 0 {
		ss.flags |= bothSACK
	}
	server.nextWin = server.lastAck.plus(server.window)
	client.nextWin = client.lastAck.plus(client.window)
	ss.flags &^= fourWay
}

// synAgainstSyn handles a SYN of the server: both opened at once (RFC 9293
// §3.5), which is also used to confuse who is the client.
func (a *arrival) synAgainstSyn() {
	ss, server := a.ss, a.snd
	ss.flags |= fourWay
	server.start(a.seq)
	if a.opt(input.OptTimestamp) {
		server.lastTS = a.p.TCP.TSVal
		if server.lastTS == 0 {
			server.flags |= zeroTimestamp
		}
		server.lastSeen = a.sec
		server.flags |= offersTimestamps
	}
	server.window = a.win
	ss.flags &^= serverWScale | clientSACK
	server.wscale = 0
	if a.opt(input.OptWScale) {
		ss.flags |= serverWScale
		server.wscale = a.p.TCP.WScale
	}
	if a.opt(input.OptSACKPermitted) {
		ss.flags |= clientSACK
	}
}

// fourWaySynAck handles the client's answer to the server's SYN.
func (s *Stage) fourWaySynAck(a *arrival) bool {
	ss, client, server := a.ss, a.snd, a.rcv
	switch {
	case ss.flags&fourWay == 0:
		a.event(input.Stream3WHSSynAckInWrongDirection)
		return false
	case a.ack != server.isn+1:
		a.event(input.Stream4WHSSynAckWithWrongAck)
		return false
	case a.seq != client.isn:
		a.event(input.Stream4WHSSynAckWithWrongSyn)
		return false
	}
	a.set(SynRecv)
	client.start(a.seq)
	server.window = a.win
	if a.opt(input.OptTimestamp) && server.flags&offersTimestamps != 0 {
		client.lastTS, client.lastSeen = a.p.TCP.TSVal, a.sec
		ss.flags |= hasTimestamps
		if client.lastTS == 0 {
			client.flags |= zeroTimestamp
		}
	} else {
		server.lastTS, client.lastTS = 0, 0
		server.flags &^= zeroTimestamp
	}
	server.lastAck, client.lastAck = a.ack, client.isn+1
	server.wscale = 0
	if ss.flags&serverWScale != 0 && a.opt(input.OptWScale) {
		server.wscale = a.p.TCP.WScale
	}
	if ss.flags&clientSACK != 0 && a.opt(input.OptSACKPermitted) {
		ss.flags |= bothSACK
	}
	client.nextWin = client.lastAck.plus(client.window)
	server.nextWin = server.lastAck.plus(server.window)
	return true
}

// asyncAck handles an ACK where the server's packets are not seen.
func (s *Stage) asyncAck(a *arrival) bool {
	if !s.cfg.AsyncOneside {
		return true
	}
	ss, snd, rcv := a.ss, a.snd, a.rcv
	if a.seq != snd.nextSeq {
		a.event(input.Stream3WHSAsyncWrongSeq)
		return false
	}
	ss.flags |= isAsync
	a.set(Established)
	s.dropQueue(ss)
	snd.window = a.win
	snd.lastAck = a.seq
	snd.nextWin = snd.lastAck.plus(snd.window)
	rcv.start(a.ack.minus(1))
	rcv.lastAck, rcv.nextWin = rcv.nextSeq, rcv.nextSeq
	if ss.flags&serverWScale != 0 {
		snd.wscale = maxWScale
	}
	if a.opt(input.OptTimestamp) && snd.flags&offersTimestamps != 0 {
		ss.flags |= hasTimestamps
		snd.flags &^= offersTimestamps
		snd.lastSeen = a.sec
	} else {
		snd.lastTS = 0
		snd.flags &^= zeroTimestamp
	}
	if ss.flags&clientSACK != 0 {
		ss.flags |= bothSACK
	}
	s.segment(a)
	return true
}
