package stream

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

// takeSACK records what the packet acknowledges selectively (RFC 2018): octets
// that the receiver has beyond a hole widen its window.
func (h *half) takeSACK(a *arrival) {
	if !a.opt(input.OptSACK) || a.ss.flags&bothSACK == 0 {
		return
	}
	t := &a.p.TCP
	b := a.p.Frame[t.SACKOff : int(t.SACKOff)+int(t.SACKLen)]
	first := sackRange{}
	for i := 0; len(b) >= 8; i, b = i+1, b[8:] {
		r := sackRange{seqnum(binary.BigEndian.Uint32(b)), seqnum(binary.BigEndian.Uint32(b[4:]))}
		if i == 0 {
			first = r
			if r.to.atMost(a.ack) {
				continue // RFC 2883: a duplicate is reported
			}
		} else if i == 1 && first.from.atLeast(r.from) && first.to.atMost(r.to) {
			continue
		}
		if r.to.atMost(h.lastAck) || r.to.after(h.nextWin) || r.from.atLeast(r.to) {
			continue
		}
		h.addSACK(r)
	}
	h.pruneSACK()
}

// addSACK merges a range into the list. Of more than maxSACK the last are
// forgotten, which makes the window smaller, not larger.
func (h *half) addSACK(r sackRange) {
	out := [maxSACK + 1]sackRange{}
	n, placed := 0, false
	for _, have := range h.sack[:h.nsack] {
		switch {
		case have.to.before(r.from):
			out[n] = have
			n++
		case r.to.before(have.from):
			if !placed {
				out[n] = r
				n++
				placed = true
			}
			out[n] = have
			n++
		default:
			if have.from.before(r.from) {
				r.from = have.from
			}
			if have.to.after(r.to) {
				r.to = have.to
			}
		}
	}
	if !placed {
		out[n] = r
		n++
	}
	h.nsack = uint8(copy(h.sack[:], out[:n]))
}

// pruneSACK forgets what was acknowledged in order since.
func (h *half) pruneSACK() {
	if h.nsack == 0 {
		return
	}
	n := 0
	for _, r := range h.sack[:h.nsack] {
		if r.to.atMost(h.lastAck) {
			continue
		}
		if r.from.before(h.lastAck) {
			r.from = h.lastAck
		}
		h.sack[n] = r
		n++
	}
	h.nsack = uint8(n)
}

// sacked counts the octets acknowledged selectively.
func (h *half) sacked() uint32 {
	var n uint32
	for _, r := range h.sack[:h.nsack] {
		n += uint32(r.to - r.from)
	}
	return n
}

// sackIsOld reports whether the packet's SACK says nothing new about h.
func (h *half) sackIsOld(a *arrival) bool {
	t := &a.p.TCP
	b := a.p.Frame[t.SACKOff : int(t.SACKOff)+int(t.SACKLen)]
	for ; len(b) >= 8; b = b[8:] {
		r := sackRange{seqnum(binary.BigEndian.Uint32(b)), seqnum(binary.BigEndian.Uint32(b[4:]))}
		known := false
		for _, have := range h.sack[:h.nsack] {
			known = known || r.from.atLeast(have.from) && r.to.atMost(have.to)
		}
		if !known {
			return false
		}
	}
	return true
}
