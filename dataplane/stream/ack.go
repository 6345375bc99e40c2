package stream

import "github.com/weir-ips/weir/match/input"

// validAck reports whether the packet's acknowledgement is one that the sender
// of h would take (RFC 5961 §5): not older than a window, not beyond what was
// allowed to be sent.
func (a *arrival) validAck(h *half) bool {
	if !a.has(input.TCPAck) || a.ack == h.lastAck {
		return true
	}
	if a.ack.after(h.lastAck) && a.ack.atMost(h.nextWin) {
		return true
	}
	ss := a.ss
	switch {
	case ss.state == SynSent:
		// Only the answer to a SYN can be told from others.
		if !a.toClient() || a.ack == h.nextSeq {
			return true
		}
	case a.ack.before(h.lastAck):
		if h.window == 0 || a.ack.atLeast(h.lastAck.minus(h.window)) {
			return true
		}
	case ss.flags&isAsync != 0:
		return true
	}
	a.event(input.StreamPktInvalidAck)
	return false
}

// ackTo moves the acknowledged edge of h forward, never back.
func (ss *session) ackTo(h *half, ack seqnum) {
	if ack.after(h.lastAck) && ack.after(h.base) {
		h.lastAck = ack
		h.pruneSACK()
	}
}

// moveNext sets the next expected sequence number. Where nobody acknowledges in
// sight, what was sent counts as acknowledged.
func (ss *session) moveNext(h *half, to seqnum) {
	h.nextSeq = to
	if ss.flags&isAsync != 0 && h.nextSeq.after(h.lastAck) {
		h.lastAck = h.nextSeq
	}
}

// widen moves the right edge of the window; it does not shrink.
func (h *half) widen() {
	to := h.lastAck.plus(h.window).plus(h.sacked())
	if to.after(h.nextWin) {
		h.nextWin = to
	}
}
