package stream

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// rewrite makes the payload equal to what was let through before where the two
// differ. Which copy reached the receiver cannot be known (the first may have
// had a TTL that ended on the way, or been lost), so all copies are made the
// one that was inspected. Inline only.
func (s *Stage) rewrite(a *arrival) {
	if !s.cfg.Inline || a.checked || a.n == 0 {
		return
	}
	a.checked = true
	h := a.snd
	if h.regs == 0 {
		return
	}
	seq := a.seq
	if a.has(input.TCPSyn) {
		seq++
	}
	data := a.p.Frame[a.p.PayloadOff : int(a.p.PayloadOff)+a.n]
	changed := false
	for len(data) > 0 {
		n, skip := len(data), 0
		for _, m := range h.marks[:h.nmark] {
			if m.atLeast(seq) && m.before(seq.add(n)) {
				n, skip = int(m-seq), 1
			}
		}
		changed = s.same(h, h.offsetOf(seq), data[:n]) || changed
		data = data[n+skip:]
		seq = seq.add(n + skip)
	}
	if !changed {
		return
	}
	s.Stats.OverlapDiffData++
	if s.cfg.CheckOverlap {
		a.event(input.StreamReassemblyOverlapDifferentData)
	}
	a.p.Modified = true
	if a.p.Source == input.SourceDefrag {
		// The datagram is a copy; its fragments would still carry the other octets.
		a.p.Raise(packet.Drop, event.ReasonStreamReassembly)
	}
}

// same overwrites data, which stands at stream offset at, with what is stored
// for the same octets; it reports whether anything changed.
func (s *Stage) same(h *half, at int64, data []byte) bool {
	end := at + int64(len(data))
	changed := false
	for i := h.regs; i != 0; {
		g := s.region(i)
		i = g.next
		from, to := max(at, int64(g.off)), min(end, int64(g.end()))
		if int64(g.off) >= end {
			break
		}
		if from >= to {
			continue
		}
		have := s.octets(g, uint64(from), uint64(to))
		mine := data[from-at : to-at]
		if !bytes.Equal(have, mine) {
			copy(mine, have)
			changed = true
		}
	}
	return changed
}

// fixChecksum makes the TCP checksum right again.
func fixChecksum(p *packet.Packet) { decode.FixL4(&p.Packet) }
