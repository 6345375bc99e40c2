package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Stats count what the stage saw, by the names of Suricata's tcp statistics.
type Stats struct {
	Sessions, ActiveSessions, SsnMemcapDrop, MidstreamPickups uint64
	InvalidChecksum, Syn, SynAck, Rst, Urg                    uint64
	SegmentMemcapDrop, StreamDepthReached, ReassemblyGap      uint64
	Overlap, OverlapDiffData                                  uint64
	InsertDataNormalFail, InsertDataOverlapFail               uint64
	AckUnseenData, UrgentOOBData                              uint64
}

// count counts a packet by its flags.
func (s *Stage) count(a *arrival) {
	switch {
	case a.has(input.TCPSyn | input.TCPAck):
		s.Stats.SynAck++
	case a.has(input.TCPSyn):
		s.Stats.Syn++
	}
	if a.has(input.TCPRst) {
		s.Stats.Rst++
	}
	if a.has(input.TCPUrg) {
		s.Stats.Urg++
	}
}

// session of a flow, or nil.
func (s *Stage) of(r *flow.Record) *session {
	if r.Stream == 0 || r.Proto != 6 {
		return nil
	}
	return s.sessions.At(r.Stream)
}

// Established reports whether the flow's handshake was completed, or it was
// picked up without one.
func (s *Stage) Established(r *flow.Record) bool {
	ss := s.of(r)
	return ss != nil && ss.state >= Established
}

// IsClosing reports whether a side has sent its FIN and the session is not over.
func (s *Stage) IsClosing(r *flow.Record) bool {
	ss := s.of(r)
	return ss != nil && ss.state >= FinWait1 && ss.state <= Closing
}

// Unseen is the direction of which nothing comes by, where sessions of one side
// are followed (async-oneside); DirUnknown: both are seen, or may yet be.
func (s *Stage) Unseen(r *flow.Record) input.Dir {
	if ss := s.of(r); ss != nil && ss.flags&isAsync != 0 {
		if ss.half[1].tcpSeen == 0 {
			return input.ToClient
		}
		if ss.half[0].tcpSeen == 0 {
			return input.ToServer
		}
	}
	return input.DirUnknown
}

// Midstream reports whether the flow was picked up without a handshake.
func (s *Stage) Midstream(r *flow.Record) bool {
	ss := s.of(r)
	return ss != nil && ss.flags&isMidstream != 0
}

// DepthReached reports whether both directions are past the reassembly depth.
func (s *Stage) DepthReached(r *flow.Record) bool {
	ss := s.of(r)
	return ss != nil && ss.half[0].flags&ss.half[1].flags&depthReached != 0
}

// Cut reports whether a direction ends at the reassembly depth: it goes on, but is
// not read.
func (s *Stage) Cut(r *flow.Record, d input.Dir) bool {
	ss := s.of(r)
	return ss != nil && ss.half[d-1].flags&depthReached != 0
}

// Sizes are the sequence numbers that each direction has used, to server and to
// client, as stream_size counts them: the SYN is one.
func (s *Stage) Sizes(r *flow.Record) (ts, tc uint64) {
	ss := s.of(r)
	if ss == nil {
		return 0, 0
	}
	size := func(h *half) uint64 { return max(uint64(h.nextSeq-h.isn), h.right) }
	return size(&ss.half[0]), size(&ss.half[1])
}

// State is where a flow's session stands; None without one. liberal: data was
// lost, so that resets were taken as they came.
func (s *Stage) State(r *flow.Record) (state State, liberal bool) {
	ss := s.of(r)
	if ss == nil {
		return None, false
	}
	return ss.state, ss.flags&beLiberal != 0
}

// Info is what a flow event says of the session.
func (s *Stage) Info(r *flow.Record) event.TCPInfo {
	var t event.TCPInfo
	ss := s.of(r)
	if ss == nil {
		return t
	}
	t.Flags, t.FlagsTS, t.FlagsTC = r.FlagsTS|r.FlagsTC, r.FlagsTS, r.FlagsTC
	t.HasSession, t.State = true, ss.state.String()
	t.GapTS, t.GapTC = ss.half[0].flags&hasGap != 0, ss.half[1].flags&hasGap != 0
	// A buffer has one region from its start.
	t.RegionsTS, t.RegionsTC = uint64(max(ss.half[0].maxRegions, 1)), uint64(max(ss.half[1].maxRegions, 1))
	t.UrgentTS, t.UrgentTC = uint64(ss.half[0].urgent), uint64(ss.half[1].urgent)
	return t
}

// Release gives back everything that the stage keeps of a flow.
func (s *Stage) Release(r *flow.Record) {
	ss := s.of(r)
	if ss == nil {
		return
	}
	s.dropQueue(ss)
	for i := range ss.half {
		h := &ss.half[i]
		s.cutBefore(h, ^uint64(0))
		if s.marks != nil {
			s.forgetBefore(h, ^uint64(0))
		}
	}
	ss.inUse = false
	s.sessions.Put(r.Stream)
	r.Stream = 0
	s.Stats.ActiveSessions--
}

// Swap makes a flow's client its server, after the worker turned its record: who
// opened a session that was picked up in the middle shows only by what is said.
func (s *Stage) Swap(r *flow.Record) {
	ss := s.of(r)
	if ss == nil {
		return
	}
	ss.half[0], ss.half[1] = ss.half[1], ss.half[0]
	probes := ss.flags & (probeTS | probeTC)
	if probes == probeTS || probes == probeTC {
		ss.flags ^= probeTS | probeTC
	}
	switch ss.state {
	case FinWait1:
		ss.state = CloseWait
	case CloseWait:
		ss.state = FinWait1
	}
	ss.dataDir = ss.dataDir.Reverse()
}
