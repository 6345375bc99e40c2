package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// segment takes a packet that the state machine accepted into the streams: its
// acknowledgement makes octets of the other direction readable, its payload
// becomes part of its own.
func (s *Stage) segment(a *arrival) {
	ss := a.ss
	own, other := false, true
	switch {
	case s.cfg.Inline || a.has(input.TCPRst):
		own, other = true, false
	case a.has(input.TCPFin) && ss.state > TimeWait:
		own, other = true, a.has(input.TCPAck)
	case ss.state == Closed:
		own = true
	case ss.flags&isAsync != 0:
		own, other = true, false
	}
	if other {
		s.deliver(a.ss, 1-a.side, a, false)
	}
	if a.n > 0 && !a.has(input.TCPRst) {
		s.rewrite(a)
		if a.snd.flags&noReassembly == 0 {
			if !s.insert(a) {
				a.out.Exception = ReassemblyMemcap
				return
			}
			a.out.Added = true
		}
	}
	if a.snd.flags&(depthReached|noReassembly) == depthReached {
		own = true
	}
	if own {
		s.deliver(a.ss, a.side, a, false)
	}
}

// insert stores the payload; false when there is no room.
func (s *Stage) insert(a *arrival) bool {
	ss, h := a.ss, a.snd
	if ss.dataDir == input.DirUnknown {
		ss.dataDir = input.ToServer + input.Dir(a.side)
	}
	if h.flags&appOff != 0 && h.flags&rawStopping != 0 {
		return true
	}
	data := a.p.Frame[a.p.PayloadOff : int(a.p.PayloadOff)+a.n]
	seq := a.seq
	if a.has(input.TCPSyn) {
		seq++ // the SYN takes a number before the payload
	}
	urgent, keep := s.urgentOctet(a, seq)
	if a.out.NoPayload {
		return true
	}
	if !s.underDepth(a, seq, len(data)) {
		return true
	}
	// The payload comes in up to maxMarks+2 pieces between urgent octets.
	for len(data) > 0 {
		n := len(data)
		skip := 0
		if keep && urgent.atLeast(seq) && urgent.before(seq.add(n)) {
			n, skip = int(urgent-seq), 1
		}
		for _, m := range h.marks[:h.nmark] {
			if m.atLeast(seq) && m.before(seq.add(n)) {
				n, skip = int(m-seq), 1
			}
		}
		if n > 0 && !s.piece(a, seq, data[:n]) {
			return false
		}
		data = data[n+skip:]
		seq = seq.add(n + skip)
	}
	return true
}

// piece stores consecutive octets of the payload.
func (s *Stage) piece(a *arrival, seq seqnum, data []byte) bool {
	h := a.snd
	at := h.offsetOf(seq)
	if at < int64(h.baseOff) {
		cut := int64(h.baseOff) - at
		if cut >= int64(len(data)) {
			return true
		}
		data = data[cut:]
		at = int64(h.baseOff)
	}
	off := uint64(at)
	overlap := off < h.right
	if overlap {
		s.Stats.Overlap++
	}
	if !s.cfg.Inline {
		if data = s.resolve(a, off, data, overlap); data == nil {
			a.event(input.StreamReassemblyNoSegment)
			a.ss.flags |= beLiberal
			return false
		}
	}
	st := s.store(h, off, data)
	if st == storedAll {
		return true
	}
	if overlap {
		s.Stats.InsertDataOverlapFail++
	} else {
		s.Stats.InsertDataNormalFail++
	}
	if st == storeLimit {
		a.event(input.StreamReassemblyInsertLimit)
		return false
	}
	s.Stats.SegmentMemcapDrop++
	a.event(input.StreamReassemblyInsertMemcap)
	a.ss.flags |= beLiberal
	return false
}

// underDepth reports whether the payload still lies within the reassembly
// depth; the first that does not ends the reassembly of its direction.
func (s *Stage) underDepth(a *arrival, seq seqnum, n int) bool {
	h := a.snd
	depth := s.depthOf(a.ss)
	if depth == 0 {
		return true
	}
	if h.flags&depthReached == 0 {
		if h.offsetOf(seq.add(n)) <= int64(depth) {
			return true
		}
		h.flags |= depthReached
	}
	a.event(input.StreamReassemblyDepthReached)
	s.Stats.StreamDepthReached++
	return false
}

// depthOf is how many octets of each direction of a session are reassembled.
func (s *Stage) depthOf(ss *session) int {
	depth := s.cfg.Depth
	if int(ss.proto) < len(s.cfg.Depths) {
		if d := s.cfg.Depths[ss.proto]; d >= 0 {
			depth = d
		}
	}
	if ss.stores && (s.cfg.StoreDepth == 0 || s.cfg.StoreDepth > depth) {
		return s.cfg.StoreDepth
	}
	return depth
}

// Stores tells that a rule has a file of the flow stored: Config.StoreDepth takes
// the place of a depth that is less, or that is none. What was cut off before stays
// so.
func (s *Stage) Stores(r *flow.Record) {
	if s.cfg.StoreDepth < 0 {
		return
	}
	if ss := s.of(r); ss != nil {
		ss.stores = true
	}
}

// Speaks tells which protocol a flow was found to speak, for its depth. What was
// cut off before stays so.
func (s *Stage) Speaks(r *flow.Record, p input.AppProto) {
	if len(s.cfg.Depths) == 0 || int(p) >= len(s.cfg.Depths) {
		return
	}
	if ss := s.of(r); ss != nil {
		ss.proto = uint8(p)
	}
}

// urgentOctet finds the octet that the urgent pointer takes out of the stream
// (RFC 6093 §3: the octet before the one that it points to). keep is true when
// it is to be skipped without closing the gap.
func (s *Stage) urgentOctet(a *arrival, seq seqnum) (at seqnum, keep bool) {
	h := a.snd
	up := int(a.p.TCP.Urgent)
	if !a.has(input.TCPUrg) || up == 0 || up > a.n {
		return 0, false
	}
	at = seq.add(up - 1)
	switch s.cfg.UrgentPolicy {
	case UrgentGap:
		return at, true
	case UrgentOOB:
	default:
		return 0, false
	}
	if at.before(h.base) {
		return 0, false
	}
	i := 0
	for ; i < int(h.nmark) && h.marks[i].before(at); i++ {
	}
	if i < int(h.nmark) && h.marks[i] == at {
		return 0, false
	}
	if h.offsetOf(at) < int64(h.right) {
		// It was read as an ordinary octet before, so it stays one.
		return 0, false
	}
	if h.urgent == 1<<16-1 {
		switch s.cfg.UrgentLimitPolicy {
		case UrgentDrop:
			a.p.Raise(packet.Drop, event.ReasonStreamUrgent)
			a.out.NoPayload = true
			return 0, false
		case UrgentInline:
			return 0, false
		}
		return at, true
	}
	if h.nmark == maxMarks {
		oldest := h.marks[0]
		if oldest.atLeast(h.lastAck) || h.offsetOf(oldest) > int64(h.app) {
			// More urgent octets in flight than are remembered: a repetition of the
			// first could not be told from data.
			if s.cfg.Inline {
				a.p.Raise(packet.Drop, event.ReasonStreamUrgent)
				a.out.NoPayload = true
			}
			return 0, false
		}
		// The ones that follow it without a gap go along.
		had := h.nmark
		h.rebase(uint64(h.offsetOf(oldest)))
		i = max(i-int(had-h.nmark), 0)
	}
	copy(h.marks[i+1:h.nmark+1], h.marks[i:h.nmark])
	h.marks[i] = at
	h.nmark++
	h.urgent++
	s.Stats.UrgentOOBData++
	if h.urgent == 1<<16-1 {
		a.event(input.StreamReassemblyUrgentOOBLimitReached)
	}
	return 0, false
}
