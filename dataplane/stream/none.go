package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// maxWScale is what a window scale is taken for when the handshake was missed
// (RFC 7323 §2.3): too large a window is checked too loosely, too small a one
// refuses good data.
const maxWScale = 14

// none handles a packet of a flow without a session.
func (s *Stage) none(a *arrival) bool {
	switch {
	case a.has(input.TCPRst):
		a.event(input.StreamRSTButNoSession)
		return false
	case a.has(input.TCPFin):
		a.out.Exception = Midstream
		if !s.cfg.Midstream || a.n == 0 {
			a.event(input.StreamFinButNoSession)
			return false
		}
		if !s.open(a) {
			return false
		}
		a.set(FinWait1)
		s.pickUp(a, 1)
	case a.has(input.TCPSyn | input.TCPAck):
		a.out.Exception = Midstream
		if s.cfg.Midstream || s.cfg.AsyncOneside {
			return s.pickUpSynAck(a)
		}
	case a.has(input.TCPSyn):
		return s.firstSyn(a)
	case a.has(input.TCPAck):
		a.out.Exception = Midstream
		if !s.cfg.Midstream {
			return true
		}
		if !s.open(a) {
			return false
		}
		a.set(Established)
		s.pickUp(a, 0)
	}
	return true
}

// pickUp starts a session in its middle; fin is what the packet takes of
// sequence space beyond its payload.
func (s *Stage) pickUp(a *arrival, fin int) {
	s.Stats.MidstreamPickups++
	ss, snd, rcv := a.ss, a.snd, a.rcv
	a.r.Flags |= flow.FlagMidstream
	ss.flags = isMidstream | midstreamFresh
	if s.cfg.AsyncOneside {
		ss.flags |= isAsync
	}
	snd.wscale, rcv.wscale = maxWScale, maxWScale
	snd.start(a.seq.minus(1))
	snd.nextSeq = a.end().add(fin)
	snd.window = a.win << snd.wscale
	snd.lastAck = a.seq
	snd.nextWin = snd.lastAck.plus(snd.window)
	rcv.start(a.ack.minus(1))
	rcv.lastAck, rcv.nextWin = a.ack, a.ack
	a.firstTimestamps(snd, rcv)
	s.segment(a)
	ss.flags |= bothSACK
}

// firstTimestamps takes the timestamps of a pick-up for both sides.
func (a *arrival) firstTimestamps(snd, rcv *half) {
	if !a.opt(input.OptTimestamp) {
		return
	}
	t := &a.p.TCP
	snd.lastTS, rcv.lastTS = t.TSVal, t.TSEcr
	snd.lastSeen = a.sec
	a.ss.flags |= hasTimestamps
	if snd.lastTS == 0 {
		snd.flags |= zeroTimestamp
	}
	if rcv.lastTS == 0 {
		rcv.flags |= zeroTimestamp
	}
}

// pickUpSynAck starts a session with the second packet of its handshake, whose
// sender is the server.
func (s *Stage) pickUpSynAck(a *arrival) bool {
	if a.ss == nil && !a.toClient() {
		a.r.Swap()
		a.p.Dir = input.ToClient
		a.side = 1
		a.out.Swapped = true
	}
	if !s.open(a) {
		return false
	}
	s.Stats.MidstreamPickups++
	a.r.Flags |= flow.FlagMidstream
	ss, server, client := a.ss, a.snd, a.rcv
	a.set(SynRecv)
	ss.flags |= isMidstream | midstreamSynAck
	if s.cfg.AsyncOneside {
		ss.flags |= isAsync
	}
	server.start(a.seq)
	server.window = a.win
	client.start(a.ack.minus(1))
	client.lastAck, server.lastAck = a.ack, a.seq
	server.nextWin = server.lastAck.plus(server.window)
	if a.opt(input.OptWScale) {
		// The server answers with the option only if the client sent it.
		client.wscale, server.wscale = a.p.TCP.WScale, maxWScale
	}
	a.firstTimestamps(server, client)
	if a.opt(input.OptSACKPermitted) {
		ss.flags |= bothSACK
	}
	return true
}

// firstSyn starts a session with its first packet.
func (s *Stage) firstSyn(a *arrival) bool {
	if !s.open(a) {
		return false
	}
	ss, snd, rcv := a.ss, a.snd, a.rcv
	a.set(SynSent)
	if s.cfg.AsyncOneside {
		ss.flags |= isAsync
	}
	snd.start(a.seq)
	if a.opt(input.OptTimestamp) {
		snd.lastTS = a.p.TCP.TSVal
		if snd.lastTS == 0 {
			snd.flags |= zeroTimestamp
		}
		snd.lastSeen = a.sec
		snd.flags |= offersTimestamps
	}
	rcv.window = a.win
	if a.opt(input.OptWScale) {
		ss.flags |= serverWScale
		rcv.wscale = a.p.TCP.WScale
	}
	if a.opt(input.OptSACKPermitted) {
		ss.flags |= clientSACK
	}
	if a.opt(input.OptTFO) {
		// RFC 7413: the SYN may carry data.
		ss.flags |= fastOpen
		if a.n > 0 {
			ss.moveNext(snd, snd.nextSeq.add(a.n))
			s.segment(a)
			ss.flags |= isEstablished
			a.out.EstablishedNow = true
		}
	}
	return true
}

// Reuses reports whether p opens a new connection between the addresses and
// ports of r, whose own is over or was never followed. dir is p's direction in
// r. A repeated SYN of the same connection does not.
func (s *Stage) Reuses(p *packet.Packet, r *flow.Record, dir input.Dir) bool {
	f := p.TCP.Flags
	if f&(input.TCPRst|input.TCPFin) != 0 || f&input.TCPSyn == 0 {
		return false
	}
	synAck := f&input.TCPAck != 0
	if synAck && !s.cfg.Midstream && !s.cfg.AsyncOneside {
		return false
	}
	toServer := dir != input.ToClient
	if r.Stream == 0 {
		return !synAck || toServer
	}
	ss := s.sessions.At(r.Stream)
	if !synAck && toServer {
		if ss.flags&fastOpenIgnored != 0 {
			return true
		}
		if ss.half[0].isn == seqnum(p.TCP.Seq) {
			return false
		}
	}
	if synAck && !toServer && ss.half[1].isn == seqnum(p.TCP.Seq) {
		return false
	}
	return ss.state >= LastAck || ss.state == None
}
