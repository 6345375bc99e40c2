package stream

import (
	"github.com/weir-ips/weir/match/input"
)

// Nearly every packet of an open connection carries the next octets, or
// acknowledges some, and nothing else. What the machine does with such a packet can
// be said ahead (header prediction: Jacobson, 4BSD Header Prediction, CCR 1990), and
// without its many questions.

// odd are the facts of a session with which a packet is not predicted, oddHalf
// those of a direction.
const (
	odd     = isMidstream | midstreamFresh | byReset | isAsync | probeTS | probeTC
	oddHalf = depthReached | sawKeepalive | zeroTimestamp | gotReset | eofSent
)

// predicted handles the packet and reports true if it is one of those. Else it has
// changed nothing. What it leaves is what known and finish would leave, but for
// pruning, which may wait for Inspected (see prune).
func (s *Stage) predicted(a *arrival) bool {
	ss, snd, rcv := a.ss, a.snd, a.rcv
	if a.flags&^input.TCPPsh != input.TCPAck || ss.state != Established ||
		ss.flags&(odd|isEstablished) != isEstablished || (snd.flags|rcv.flags)&oddHalf != 0 ||
		snd.nmark|rcv.nsack != 0 || a.opt(input.OptSACK) {
		return false
	}
	end := a.end()
	if a.seq != snd.nextSeq || a.seq.before(snd.lastAck) || end.atMost(snd.base) && a.n > 0 || end.after(snd.nextWin) ||
		a.n == 1 && snd.window == 0 ||
		a.ack.before(rcv.lastAck) || a.ack.after(rcv.nextSeq) || a.ack.after(rcv.nextWin) && a.ack != rcv.lastAck {
		return false
	}
	stamped := ss.flags&hasTimestamps != 0
	if stamped {
		// Newer than the last, by less than would be worth a thought.
		ts := a.p.TCP.TSVal
		if !a.opt(input.OptTimestamp) || ts == 0 || ts-snd.lastTS >= 1<<30 || a.sec > snd.lastSeen+pawsIdle {
			return false
		}
	}
	off := snd.baseOff + uint64(a.seq-snd.base)
	if a.n > 0 && snd.flags&noReassembly == 0 {
		if off < snd.right {
			return false
		}
		if depth := s.depthOf(ss); depth != 0 && off+uint64(a.n) > uint64(depth) {
			return false
		}
	}
	if snd.flags&unpruned != 0 {
		s.prune(ss, a.side)
	}
	ss.see(a)
	if a.toClient() {
		ss.flags |= confirmed
	}
	snd.nextSeq = end
	rcv.window = a.win << rcv.wscale
	acks := a.ack.after(rcv.lastAck) && a.ack.after(rcv.base)
	if acks {
		rcv.lastAck = a.ack
	}
	if stamped {
		if a.n == 0 {
			snd.lastTS = a.p.TCP.TSVal
		}
		snd.lastSeen = a.sec
	}
	rcv.widen()
	switch {
	case !s.cfg.Inline:
		s.segment(a)
		s.prune(ss, 0)
		s.prune(ss, 1)
		return true
	case a.n > 0:
		a.checked = true // nothing is stored where the payload stands
		s.next(a, off)
	case snd.flags&appOff == 0 && snd.app < snd.right:
		s.deliver(ss, a.side, a, false) // a hole may be given up
		snd.flags |= unpruned
	}
	if acks || rcv.flags&unpruned != 0 {
		s.prune(ss, 1-a.side)
	}
	return true
}

// next takes the payload at offset off, at the right edge of its stream or behind
// it, into the stream and to the sink. Inline.
func (s *Stage) next(a *arrival, off uint64) {
	ss, h := a.ss, a.snd
	if h.flags&noReassembly != 0 {
		return
	}
	if ss.dataDir == input.DirUnknown {
		ss.dataDir = input.ToServer + input.Dir(a.side)
	}
	a.out.Added = true
	if h.flags&appOff != 0 && h.flags&rawStopping != 0 {
		return
	}
	h.flags |= unpruned
	data := a.p.Frame[a.p.PayloadOff : int(a.p.PayloadOff)+a.n]
	if h.tail == 0 || !s.extend(h, off, data) {
		if !s.piece(a, a.seq, data) {
			a.out.Added, a.out.Exception = false, ReassemblyMemcap
			return
		}
	}
	if h.flags&appOff != 0 {
		return
	}
	if g := s.region(h.tail); h.app == off && g.off <= off {
		h.app = off + uint64(a.n)
		a.sink.StreamData(a.r, input.ToServer+input.Dir(a.side), s.handOut(g, off, h.app), off, false)
		return
	}
	s.deliver(ss, a.side, a, false)
}

// extend puts octets behind the last region, where its page has room for them.
func (s *Stage) extend(h *half, off uint64, data []byte) bool {
	g := s.region(h.tail)
	at := int(g.at) + int(g.n)
	if g.end() != off || at+len(data) > 1<<g.order {
		return false
	}
	copy(s.arena.bytes(g.page, g.order)[at:], data)
	g.n += uint32(len(data))
	h.right = off + uint64(len(data))
	return true
}
