package stream

import "github.com/weir-ips/weir/match/input"

// known handles a packet of a session: first the kinds that the state machine
// need not see, then the machine.
func (s *Stage) known(a *arrival) bool {
	ok := true
	if s.aside(a) {
		// Even the octet of a keep-alive may differ from what was sent before it.
		s.rewrite(a)
	} else {
		ok = s.dispatch(a, a.ss.state)
	}
	if ok {
		a.contradictReset()
	}
	return ok
}

// dispatch calls the handler of a state.
func (s *Stage) dispatch(a *arrival, st State) bool {
	switch st {
	case SynSent:
		return s.synSent(a)
	case SynRecv:
		return s.synRecv(a)
	case Established:
		return s.established(a)
	case FinWait1:
		return s.finWait1(a)
	case FinWait2:
		return s.finWait2(a)
	case Closing:
		return s.closing(a)
	case CloseWait:
		return s.closeWait(a)
	case LastAck:
		return s.lastAck(a)
	case TimeWait:
		return s.timeWait(a)
	case Closed:
		return s.closed(a)
	}
	return true
}

// aside reports whether the packet is one that says nothing to the machine: a
// keep-alive, its answer, the answer to a window probe, an acknowledgement
// overtaken by a later one, or data acknowledged and gone.
func (s *Stage) aside(a *arrival) bool {
	if a.keepAlive() {
		return true
	}
	answered := a.keepAliveAck()
	a.snd.flags &^= sawKeepalive
	if answered {
		return true
	}
	probe := a.probeAck()
	if a.toClient() {
		a.ss.flags &^= probeTS
	} else {
		a.ss.flags &^= probeTC
	}
	if probe {
		return true
	}
	if !a.lastOfShutdown() && !a.windowUpdate() && (a.badWindowUpdate() || a.outdatedAck()) {
		return true
	}
	if a.n == 0 {
		return false
	}
	h := a.snd
	if h.flags&noReassembly == 0 && a.end().atMost(h.base) {
		a.event(input.StreamPktSpuriousRetransmission)
		return true
	}
	if a.end().atMost(h.lastAck) {
		a.event(input.StreamPktSpuriousRetransmission)
	}
	return false
}

const synFinRst = input.TCPSyn | input.TCPFin | input.TCPRst

// keepAlive: RFC 1122 §4.2.3.6, an octet or none right before what is next.
func (a *arrival) keepAlive() bool {
	if a.n > 1 || a.flags&synFinRst != 0 || a.ack != a.rcv.lastAck || a.seq != a.snd.nextSeq.minus(1) {
		return false
	}
	a.snd.flags |= sawKeepalive
	return true
}

func (a *arrival) keepAliveAck() bool {
	snd, rcv := a.snd, a.rcv
	if a.n > 0 || a.flags&synFinRst != 0 || a.win == 0 || a.win<<rcv.wscale != rcv.window {
		return false
	}
	if rcv.flags&sawKeepalive == 0 || a.ack != rcv.lastAck || a.seq != snd.nextSeq {
		return false
	}
	rcv.flags &^= sawKeepalive
	return true
}

// probeAck: the answer to a zero window probe that leaves the window shut.
func (a *arrival) probeAck() bool {
	ss, snd, rcv := a.ss, a.snd, a.rcv
	open := probeTC
	if a.toClient() {
		open = probeTS
	}
	return ss.state >= Established && a.n == 0 && a.flags&(synFinRst|input.TCPAck) == input.TCPAck &&
		ss.flags&open != 0 && a.win == 0 && rcv.window == 0 &&
		a.seq == snd.nextSeq && a.ack == rcv.lastAck
}

func (a *arrival) windowUpdate() bool {
	return a.ss.state >= Established && a.n == 0 && a.flags&synFinRst == 0 && a.win != 0 &&
		a.win<<a.rcv.wscale != a.rcv.window && a.ack == a.rcv.lastAck && a.seq == a.snd.nextSeq
}

// lastOfShutdown: the last ACK after both sides' FIN.
func (a *arrival) lastOfShutdown() bool {
	st := a.ss.state
	return (st == TimeWait || st == CloseWait || st == LastAck) && a.flags == input.TCPAck && a.n == 0 &&
		a.seq == a.snd.nextSeq+1 && a.ack == a.rcv.nextSeq+1
}

// badWindowUpdate: a packet from ahead of both streams that shrinks the window
// so far that what is expected next would be refused. Forged, it blinds an
// observer that follows it. A little slack is left, since loss looks like it.
func (a *arrival) badWindowUpdate() bool {
	ss, snd, rcv := a.ss, a.snd, a.rcv
	if ss.state < Established || ss.state == Closed || a.flags&synFinRst != 0 {
		return false
	}
	win := a.win << rcv.wscale
	if win >= rcv.window {
		return false
	}
	shrink := rcv.window - win
	if shrink <= uint32(a.n) || !a.ack.after(rcv.nextSeq) || !a.seq.after(snd.nextSeq) {
		return false
	}
	due := uint32(a.ack - rcv.lastAck)
	if win > 1024 {
		due += 32
	}
	if shrink <= due {
		return false
	}
	a.event(input.StreamPktBadWindowUpdate)
	return true
}

// outdatedAck: everything that it says was said by a later one.
func (a *arrival) outdatedAck() bool {
	if a.ss.state < Established || a.n != 0 || a.flags&(synFinRst|input.TCPAck) != input.TCPAck {
		return false
	}
	if a.seq != a.snd.nextSeq || !a.ack.before(a.rcv.lastAck) {
		return false
	}
	return !a.opt(input.OptSACK) || a.rcv.sackIsOld(a)
}

// contradictReset: who goes on after a reset did not take it, so it was forged.
func (a *arrival) contradictReset() {
	if a.has(input.TCPRst) || a.rcv.flags&gotReset == 0 {
		return
	}
	a.rcv.flags &^= gotReset
	a.ss.flags &^= byReset
	a.event(input.StreamSuspectedRSTInject)
}
