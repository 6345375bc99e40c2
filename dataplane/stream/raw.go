package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// RawView is a run of consecutive stream octets for rules that are not tied to
// a protocol.
type RawView struct {
	Data []byte
	// Start is the stream offset of Data[0]; Data[:Seen] stands before the octets
	// that this look is about and is given so that a pattern cut between packets is
	// found.
	Start uint64
	Seen  int
	// Scan is what Scanned said of these octets before.
	Scan input.StreamScan
}

// MaxRaw is the most views of one packet.
const MaxRaw = 4

// Raw gives the octets of p's direction that rules are to look at with p, in at
// most four views, and returns how many. Inline, that is the payload of p with
// up to a chunk of what lies around it; passive, what was acknowledged since the
// last time, once it is a chunk, or the stream ends, or TriggerRaw was called, and
// a little of what lies before it.
// Views are borrowed as data of a Sink is.
func (s *Stage) Raw(p *packet.Packet, r *flow.Record, views *[MaxRaw]RawView) int {
	ss, side := s.side(r, p.Dir)
	if ss == nil {
		return 0
	}
	h := &ss.half[side]
	if h.flags&rawOff != 0 || h.regs == 0 {
		return 0
	}
	end := p.Source == input.SourceFlowEnd
	if s.cfg.Inline && !end {
		return s.rawInline(p, h, side, views)
	}
	acked := h.acked()
	if !end && !s.rawReady(ss, h, acked, side) {
		return 0
	}
	to := acked
	if end {
		to = h.right
	}
	n := 0
	h.rawEdge = h.raw
	i, _ := s.firstAfter(h, h.raw)
	for i != 0 && n < len(views) {
		g := s.region(i)
		from, until := max(g.off, h.raw), min(g.end(), to)
		if from >= until {
			break
		}
		start := max(g.off, from-min(from, s.context(side)))
		views[n] = RawView{Data: s.handOut(g, start, until), Start: start, Seen: int(from - start)}
		h.rawEdge = until
		n++
		i = g.next
	}
	return n
}

// maxContext is how many octets that were inspected are kept, passive, so that a
// pattern cut between two looks is found: a pattern has at most 255.
const maxContext = 256

// context is how many octets behind the raw edge are kept for the next look.
// Inline that is a chunk; passive less, and nothing once half of the memory is in
// use: flows that wait must not take it from those that go on.
func (s *Stage) context(side int) uint64 {
	chunk := uint64(s.chunk[side])
	switch {
	case s.cfg.Inline:
		return chunk
	case s.arena.used > len(s.arena.mem)/2:
		return 0
	}
	return min(chunk, maxContext)
}

// rawReady reports whether passive inspection looks now.
func (s *Stage) rawReady(ss *session, h *half, acked uint64, side int) bool {
	if h.raw >= h.right {
		return false
	}
	return h.flags&(depthReached|triggerRaw|rawStopping) != 0 || ss.state > TimeWait ||
		acked >= h.raw+uint64(s.chunk[side])
}

// rawInline is Raw for a payload that has not left yet: the octets around it, so
// that the packet that completes a pattern is the one that is stopped.
func (s *Stage) rawInline(p *packet.Packet, h *half, side int, views *[MaxRaw]RawView) int {
	n := int(p.PayloadEnd) - int(p.PayloadOff)
	if p.PayloadOff <= 0 || n <= 0 || h.flags&noReassembly != 0 {
		return 0
	}
	seq := seqnum(p.TCP.Seq)
	if p.TCP.Flags&input.TCPSyn != 0 {
		seq++
	}
	at := h.offsetOf(seq)
	until := uint64(max(h.offsetOf(seq.add(n)), 0))
	from := uint64(max(at, 0))
	if from >= until {
		return 0
	}
	chunk := uint64(s.chunk[side])
	lo := from - min(from, chunk)
	hi := until + chunk
	i, _ := s.firstAfter(h, lo)
	if i == 0 || s.region(i).off >= until {
		return 0
	}
	v := s.around(h, i, lo, hi, from, until)
	if v.Data == nil {
		return 0
	}
	h.rawEdge = max(h.rawEdge, until)
	v.Scan = h.scan
	views[0] = v
	return 1
}

// around is one view of the octets of [lo, hi) that connect with [from, until).
// i is the first region that ends behind lo. Where they lie in several regions
// they are copied together.
func (s *Stage) around(h *half, i uint32, lo, hi, from, until uint64) RawView {
	// Skip what a hole separates from the payload.
	for {
		g := s.region(i)
		next := g.next
		if g.end() > from || next == 0 {
			break
		}
		run := g.end()
		k := next
		for k != 0 && s.region(k).off == run && run <= from {
			run = s.region(k).end()
			k = s.region(k).next
		}
		if run > from {
			break
		}
		i = next
	}
	g := s.region(i)
	start := max(g.off, lo)
	edge := g.end()
	last := i
	for k := g.next; k != 0 && edge < hi && s.region(k).off == edge; k = s.region(k).next {
		edge = s.region(k).end()
		last = k
	}
	edge = min(edge, hi)
	if start >= until || edge <= from || start >= edge {
		return RawView{}
	}
	seen := int(min(max(from, start), edge) - start)
	if last == i {
		return RawView{Data: s.handOut(g, start, edge), Start: start, Seen: seen}
	}
	n := int(edge - start)
	order := orderFor(n)
	p := s.arena.get(order, s.calls)
	if p == 0 {
		// No room for a copy: the part with the payload's first octets has to do.
		to := min(g.end(), edge)
		return RawView{Data: s.handOut(g, start, to), Start: start, Seen: min(seen, int(to-start))}
	}
	buf := s.arena.bytes(p, order)[:n]
	for k := i; ; k = s.region(k).next {
		g := s.region(k)
		x, y := max(g.off, start), min(g.end(), edge)
		copy(buf[x-start:], s.octets(g, x, y))
		if k == last {
			break
		}
	}
	s.arena.lend(p, order, s.calls)
	return RawView{Data: buf, Start: start, Seen: seen}
}

// Inspected says that rules have looked at what Raw gave for direction d, or
// that none had to look: octets before that are let go.
func (s *Stage) Inspected(r *flow.Record, d input.Dir) {
	ss, side := s.side(r, d)
	if ss == nil {
		return
	}
	h := &ss.half[side]
	before, off := h.raw, h.flags&rawOff
	switch {
	case h.rawEdge > h.raw:
		h.raw = h.rawEdge
		h.flags &^= triggerRaw
	default:
		to := h.acked()
		if h.flags&appOff == 0 {
			to = h.app
		}
		// Nothing was looked at though it was due: no rule needs it.
		if h.flags&triggerRaw != 0 || s.cfg.Inline || s.rawReady(ss, h, h.acked(), side) {
			h.raw = max(h.raw, min(to, h.right))
			h.flags &^= triggerRaw
		}
	}
	if h.flags&rawStopping != 0 {
		h.flags |= rawOff
	}
	if !s.cfg.Inline || h.raw != before || h.flags&rawOff != off || h.flags&unpruned != 0 {
		s.prune(ss, side)
	}
}

// Scanned remembers what the matcher knows of direction d now, for views to come.
func (s *Stage) Scanned(r *flow.Record, d input.Dir, scan input.StreamScan) {
	if ss, side := s.side(r, d); ss != nil {
		ss.half[side].scan = scan
	}
}

// TriggerRaw makes the next Raw of direction d look at what there is, however
// little: a parser finished a transaction.
func (s *Stage) TriggerRaw(r *flow.Record, d input.Dir) { s.mark(r, d, triggerRaw) }
