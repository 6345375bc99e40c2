package stream

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Sink receives what becomes readable, in order and synchronously.
type Sink interface {
	// StreamData gives octets of direction d that begin at stream offset start;
	// eof says that nothing follows, data may then be empty. Data is borrowed.
	StreamData(r *flow.Record, d input.Dir, data []byte, start uint64, eof bool)
	// StreamGap says that n octets from start are missing for good.
	StreamGap(r *flow.Record, d input.Dir, start, n uint64)
}

// Exception is a condition for which the worker has a policy.
type Exception uint8

// Exceptions of this stage.
const (
	NoException Exception = iota
	SessionMemcap
	ReassemblyMemcap
	Midstream
)

// Outcome is what the worker has to know of a packet beyond its verdict.
type Outcome struct {
	// EstablishedNow: this packet completed the handshake (or was picked up).
	EstablishedNow bool
	// Reused: a new connection between the same ports. Nothing was done; the worker
	// ends the flow and calls Packet again with a new record.
	Reused bool
	// Swapped: the flow was turned around; the packet's direction and the record
	// are already right.
	Swapped bool
	// Rejected: the state machine refused the packet; its payload was not
	// reassembled.
	Rejected bool
	// Added: the payload is part of the stream, so Raw covers it.
	Added bool
	// NoPayload: the payload need not be inspected: the packet is dropped anyway.
	NoPayload bool
	// Depth: this direction is past the reassembly depth.
	Depth     bool
	Exception Exception
}

// Stage follows the TCP sessions of one worker.
type Stage struct {
	cfg      Config
	chunk    [2]uint32
	sessions *slab.Slab[session]
	queues   *slab.Slab[candidate]
	regions  *slab.Slab[region]
	marks    *slab.Slab[segment]
	arena    *arena
	calls    uint32
	scratch  []byte // one payload, for overlaps
	a        arrival
	// plain: no packet is predicted, for tests that compare.
	plain bool
	Stats Stats
}

// arrival is the packet being worked on.
type arrival struct {
	ss       *session
	p        *packet.Packet
	r        *flow.Record
	sink     Sink
	snd, rcv *half // what the packet's sender sends, what its peer sends
	side     int   // 0: to server
	seq, ack seqnum
	win      uint32
	n        int
	sec      uint32
	flags    uint8
	checked  bool // the payload was compared with what was let through
	out      Outcome
}

// New makes a stage. Everything it will ever use is reserved here.
func New(cfg Config) (*Stage, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Stage{cfg: cfg, chunk: cfg.chunks(), scratch: make([]byte, 1<<16)}
	n := cfg.Sessions
	if n == 0 {
		n = cfg.Memcap/sessionSize + 1
	}
	var err error
	fail := func() (*Stage, error) { s.Close(); return nil, err }
	if s.sessions, err = slab.NewSlab[session](n); err != nil {
		return fail()
	}
	if s.queues, err = slab.NewSlab[candidate](n/4 + 256); err != nil {
		return fail()
	}
	// Marks and regions are small beside the pages that they describe; their
	// number follows from the smallest page.
	if s.regions, err = slab.NewSlab[region](cfg.ReassemblyMemcap / minPage); err != nil {
		return fail()
	}
	if !cfg.Inline {
		if s.marks, err = slab.NewSlab[segment](cfg.ReassemblyMemcap / minPage); err != nil {
			return fail()
		}
	}
	if s.arena, err = newArena(cfg.ReassemblyMemcap); err != nil {
		return fail()
	}
	return s, nil
}

// Warm takes the memory of the first n sessions and of octets of reassembled data
// from the system, so that no packet waits for it.
func (s *Stage) Warm(n, octets int) {
	s.sessions.Warm(min(n, s.sessions.Cap()))
	s.regions.Warm(min(n, s.regions.Cap()))
	if s.marks != nil {
		s.marks.Warm(min(n, s.marks.Cap()))
	}
	slab.Warm(s.arena.mem, min(octets, len(s.arena.mem)))
	s.arena.kind.Warm(min(octets>>minOrder, len(s.arena.kind.Rec)))
}

// Ahead notes the session of a flow for being fetched before its packet comes.
func (s *Stage) Ahead(r *flow.Record, l *slab.Lines) {
	if r.Stream != 0 {
		slab.Add(l, s.sessions.At(r.Stream), min(sessionSize, 256))
	}
}

// Close unmaps everything.
func (s *Stage) Close() error {
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	if s.sessions != nil {
		keep(s.sessions.Close())
	}
	if s.queues != nil {
		keep(s.queues.Close())
	}
	if s.regions != nil {
		keep(s.regions.Close())
	}
	if s.marks != nil {
		keep(s.marks.Close())
	}
	if s.arena != nil {
		keep(s.arena.close())
	}
	return first
}

// SetRaw says whether rules need raw stream data at all; it holds for octets
// that arrive from now on.
func (s *Stage) SetRaw(on bool) { s.cfg.Raw = on }

// SetCheckOverlap says whether a rule asks for overlaps with different data.
func (s *Stage) SetCheckOverlap(on bool) { s.cfg.CheckOverlap = on }

// Packet takes a TCP packet of flow r through the state machine and its payload
// into the stream. It sets p.Events, r.State, r.Stream and, inline, verdicts; it
// may rewrite the payload and turn the flow. A packet whose checksum is known to
// be wrong is only counted: the receiver will not take it.
func (s *Stage) Packet(p *packet.Packet, r *flow.Record, sink Sink) Outcome {
	if p.L4CSum == input.CSumBad && !s.cfg.AnyChecksum {
		s.Stats.InvalidChecksum++
		return Outcome{}
	}
	if p.Invalid || p.L4Off <= 0 || p.Fragment {
		return Outcome{}
	}
	if r.PktsTS+r.PktsTC > 1 && s.Reuses(p, r, p.Dir) {
		return Outcome{Reused: true}
	}
	s.calls++
	a := &s.a
	a.load(p, r, sink)
	if r.Stream != 0 {
		a.bind(s.sessions.At(r.Stream))
		if !s.plain && s.predicted(a) {
			return a.out
		}
	}
	s.count(a)
	if a.flags&input.TCPAck == 0 && a.ack != 0 {
		a.event(input.StreamPktBrokenAck)
	}
	if a.flags&input.TCPUrg != 0 && s.cfg.Inline && s.cfg.UrgentPolicy == UrgentDrop {
		p.Raise(packet.Drop, event.ReasonStreamUrgent)
		a.out.NoPayload = true
		return a.out
	}
	ok := true
	if r.Stream == 0 {
		ok = s.none(a)
	} else {
		a.ss.see(a)
		if a.ss.state == None {
			ok = s.none(a)
		} else {
			ok = s.known(a)
		}
	}
	if a.ss != nil {
		s.finish(a)
	}
	if !ok {
		a.out.Rejected = true
		// What becomes of a packet for whose session there is no room is for the
		// exception policy to say.
		if s.cfg.Inline && s.cfg.DropInvalid && a.out.Exception != SessionMemcap {
			p.Raise(packet.Drop, event.ReasonStreamError)
			a.out.NoPayload = true
		}
	}
	return a.out
}

// finish is what every packet of a session ends with.
func (s *Stage) finish(a *arrival) {
	s.rewrite(a)
	if a.p.Modified {
		fixChecksum(a.p)
	}
	ss := a.ss
	if ss.state >= Established && ss.flags&(isEstablished|byReset) == 0 {
		ss.flags |= isEstablished
		a.out.EstablishedNow = true
	}
	if a.snd.flags&depthReached != 0 {
		a.out.Depth = true
	}
	s.prune(ss, 0)
	s.prune(ss, 1)
}

// load fills an arrival from a packet that has no session yet.
func (a *arrival) load(p *packet.Packet, r *flow.Record, sink Sink) {
	t := &p.TCP
	a.ss, a.snd, a.rcv = nil, nil, nil
	a.p, a.r, a.sink = p, r, sink
	a.side = 0
	if p.Dir == input.ToClient {
		a.side = 1
	}
	a.seq, a.ack, a.win = seqnum(t.Seq), seqnum(t.Ack), uint32(t.Window)
	a.n = max(int(p.PayloadEnd)-int(p.PayloadOff), 0)
	if p.PayloadOff <= 0 {
		a.n = 0
	}
	a.sec = uint32(p.TimeUS / 1e6)
	a.flags = t.Flags
	a.out, a.checked = Outcome{}, false
}

func (a *arrival) bind(ss *session) {
	a.ss = ss
	a.snd, a.rcv = &ss.half[a.side], &ss.half[1-a.side]
}

func (a *arrival) event(id input.EventID) { a.p.Events.Set(id) }
func (a *arrival) toClient() bool         { return a.side == 1 }
func (a *arrival) has(f uint8) bool       { return a.flags&f == f }
func (a *arrival) opt(o uint8) bool       { return a.p.TCP.Opts&o != 0 }

// end is the sequence number behind the payload.
func (a *arrival) end() seqnum { return a.seq.add(a.n) }

// see remembers the flags of a packet.
func (ss *session) see(a *arrival) {
	ss.flagsSeen |= a.flags
	a.snd.tcpSeen |= a.flags
	if ss.flags&isAsync != 0 && a.snd.tcpSeen != 0 && a.rcv.tcpSeen != 0 {
		ss.flags &^= isAsync
	}
}

// set moves the session to a state and the flow with it.
func (a *arrival) set(st State) {
	ss := a.ss
	if st == ss.state {
		return
	}
	ss.prev, ss.state = ss.state, st
	a.r.State = flowState(a.r.State, st)
}

// flowState is what a state means for the flow.
func flowState(was input.FlowState, st State) input.FlowState {
	switch {
	case was == input.FlowBypassed:
		return was
	case st == LastAck || st == TimeWait || st == Closed:
		return input.FlowClosed
	case st >= Established:
		return input.FlowEstablished
	}
	return was
}

// open makes a session for the packet; false when there is no room.
func (s *Stage) open(a *arrival) bool {
	if a.ss != nil {
		return true
	}
	i := s.sessions.Get()
	if i == 0 {
		s.Stats.SsnMemcapDrop++
		a.out.Exception = SessionMemcap
		return false
	}
	ss := s.sessions.At(i)
	*ss = session{inUse: true}
	a.r.Stream = i
	a.bind(ss)
	ss.see(a)
	if !s.cfg.Raw {
		ss.half[0].flags |= rawOff | rawStopping
		ss.half[1].flags |= rawOff | rawStopping
	}
	ss.half[0].os, ss.half[1].os = s.policyOf(&a.r.Src, a.r.IPVersion), s.policyOf(&a.r.Dst, a.r.IPVersion)
	s.Stats.Sessions++
	s.Stats.ActiveSessions++
	return true
}

func (s *Stage) policyOf(addr *[16]byte, version uint8) OSPolicy {
	pol := OSUnknown
	if s.cfg.HostOS != nil {
		pol = s.cfg.HostOS(addr, version)
	}
	switch pol {
	case OSUnknown, OSBSDRight:
		return OSBSD
	case OSOldSolaris:
		return OSSolaris
	}
	return pol
}
