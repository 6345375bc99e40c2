package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// RawView is a run of reassembled octets and where it stands in its stream.
type RawView struct {
	Data  []byte
	Start uint64
}

// MaxRaw is the most views of one packet.
const MaxRaw = 4

// Raw gives the octets that rules on the stream are held against with this
// packet, and returns how many views there are. Inline, that is the packet's own
// octets with what stands around them, so that a pattern cut anywhere is found
// by the packet that completes it, before that packet leaves. Passive, it is
// what was acknowledged since the last look, once there is a chunk of it or
// nothing more will come.
func (s *Stage) Raw(p *packet.Packet, r *flow.Record, views *[MaxRaw]RawView) int {
	ss := s.of(r)
	if ss == nil || p.Dir == input.DirUnknown {
		return 0
	}
	side := int(p.Dir - input.ToServer)
	h := &ss.half[side]
	if h.flags&rawOff != 0 {
		return 0
	}
	h.rawEdge = h.raw
	if p.Source == input.SourceFlowEnd {
		return s.rawRuns(h, h.raw, h.right, views)
	}
	if s.cfg.Inline {
		return s.rawInline(p, ss, h, side, views)
	}
	edge := s.readable(h, false)
	if edge <= h.raw {
		return 0
	}
	ready := edge-h.raw >= uint64(s.chunk[side]) || h.flags&(triggerRaw|depthReached) != 0 || ss.state > TimeWait ||
		ss.half[0].tcpSeen&input.TCPFin != 0 || ss.half[1].tcpSeen&input.TCPFin != 0
	if !ready {
		return 0
	}
	return s.rawRuns(h, h.raw, edge, views)
}

// rawRuns gives the runs of [from, to).
func (s *Stage) rawRuns(h *half, from, to uint64, views *[MaxRaw]RawView) int {
	n := 0
	i, _ := s.firstAfter(h, from)
	for i != 0 && n < MaxRaw {
		g := s.region(i)
		if g.off >= to {
			break
		}
		x, y := max(from, g.off), min(to, g.end())
		if x < y {
			views[n] = RawView{s.handOut(g, x, y), x}
			n++
			h.rawEdge = y
		}
		i = g.next
	}
	if i == 0 || s.region(i).off >= to {
		h.rawEdge = max(h.rawEdge, min(to, h.right))
	}
	return n
}

// rawInline gives the run that the packet's payload became part of, with context
// on both sides.
func (s *Stage) rawInline(p *packet.Packet, ss *session, h *half, side int, views *[MaxRaw]RawView) int {
	a := &s.a
	if a.ss != ss || a.p != p || a.n == 0 || !a.out.Added {
		return 0
	}
	seq := a.seq
	if a.has(input.TCPSyn) {
		seq++
	}
	off := h.offsetOf(seq)
	if off < 0 {
		return 0
	}
	ctx := uint64(s.chunk[side])
	from := uint64(off) - min(uint64(off), ctx)
	to := uint64(off) + uint64(a.n) + ctx
	i, _ := s.firstAfter(h, uint64(off))
	if i == 0 {
		return 0
	}
	g := s.region(i)
	from, to = max(from, g.off), min(to, g.end())
	if from >= to {
		return 0
	}
	views[0] = RawView{s.handOut(g, from, to), from}
	h.rawEdge = max(h.raw, min(h.app, to))
	return 1
}

// Inspected says that rules have looked at what Raw gave for direction d.
func (s *Stage) Inspected(r *flow.Record, d input.Dir) {
	ss := s.of(r)
	if ss == nil || d == input.DirUnknown {
		return
	}
	h := &ss.half[d-input.ToServer]
	if h.rawEdge > h.raw {
		h.raw = h.rawEdge
		h.flags &^= triggerRaw
	}
}

// TriggerRaw asks that what is readable of a direction be inspected with the
// next packet, however little: a parser has finished a transaction.
func (s *Stage) TriggerRaw(r *flow.Record, d input.Dir) { s.stop(r, d, triggerRaw) }
