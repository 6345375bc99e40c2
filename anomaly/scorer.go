package anomaly

import (
	"errors"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// MaxFindings is the queue between two drains.
const MaxFindings = 64

// Stats are a scorer's counters since start.
type Stats struct {
	Packets      uint64
	Findings     uint64
	FindingsLost uint64 // the queue was full
	Allowed      uint64 // the allow list held a finding or a mitigation back
	Evicted      uint64 // findings in force pushed out by others
	Capped       uint64 // times the cap stopped mitigation
	ClockJumps   uint64
	Verdicts     [len(verdictNames)]uint64
}

// Scorer is the anomaly stage of one worker.
type Scorer struct {
	policy *Policy
	seed   sketch.Seed
	clock  clock
	now    int64 // monotone, microseconds
	wall   int64 // time of the packet at hand
	dueUS  int64 // nothing turns before

	synSource, synTarget   counter
	doneSource, doneTarget *sketch.RotatingCountMin // completed handshakes
	udp, icmp, fragment    counter
	reflected              counter
	logins, violations     counter

	sources table[sourceTrack]
	targets table[targetTrack]
	beacons table[beaconTrack]
	domains table[domainTrack]
	dga     table[dgaTrack]
	hosts   table[hostTrack]
	known   table[serviceTrack]
	slow    table[slowTrack]

	verified   *sketch.RotatingBloom // sources that completed a handshake lately
	challenged *sketch.RotatingBloom // connections whose first SYN was dropped
	verifyDue  int64
	answerDue  int64

	active      [2]table[subject] // by Role
	liveByClass [numClasses]int32
	liveByRole  [2]int32
	live        int32
	classes     class
	sweep       uint64
	cap         touchCap
	blocks      blocks
	learnFrom   int64 // when learning began, monotone

	findings [MaxFindings]Finding
	queued   int
	Stats    Stats
}

const (
	verifyTurnUS = 600_000_000 // a proof holds 10 to 20 minutes
	answerTurnUS = 16_000_000  // a challenged SYN may return within 16 to 32 s
)

// Size is the memory one scorer needs for a policy, in octets.
func Size(p *Policy) int {
	a := sketch.NewArena(nil)
	var s Scorer
	s.policy = p
	if s.layout(a) != nil {
		return 0
	}
	return a.Used() + sketch.Align
}

// NewScorer lays a worker's scorer out in mem: Size(p) octets of zeroes,
// off-heap. The Scorer itself is a Go object with a pointer to the policy.
func NewScorer(p *Policy, seed sketch.Seed, mem []byte) (*Scorer, error) {
	if p == nil || len(mem) == 0 {
		return nil, errors.New("anomaly: a policy and memory are needed")
	}
	s := &Scorer{policy: p, seed: seed}
	if err := s.layout(sketch.NewArena(mem)); err != nil {
		return nil, err
	}
	for _, c := range s.counters() {
		c.setFloors(p, 0)
	}
	return s, nil
}

func (s *Scorer) layout(a *sketch.Arena) error {
	m := &s.policy.mem
	var errs []error
	for _, c := range []struct {
		at  *counter
		det ID
	}{
		{&s.synSource, SYNFloodSource}, {&s.synTarget, SYNFloodTarget}, {&s.udp, UDPFlood}, {&s.icmp, ICMPFlood},
		{&s.fragment, FragmentFlood}, {&s.reflected, Amplification}, {&s.logins, BruteForce}, {&s.violations, ProtocolViolations},
	} {
		var err error
		*c.at, err = newCounter(a, &s.seed, c.det, m.CounterWidth)
		errs = append(errs, err)
	}
	var err [4]error
	s.doneSource, err[0] = sketch.NewRotatingCountMin(a, &s.seed, m.CounterWidth)
	s.doneTarget, err[1] = sketch.NewRotatingCountMin(a, &s.seed, m.CounterWidth)
	s.verified, err[2] = sketch.NewRotatingBloom(a, &s.seed, m.Verified)
	s.challenged, err[3] = sketch.NewRotatingBloom(a, &s.seed, m.Verified)
	s.sources = newTable[sourceTrack](a, m.Sources)
	s.targets = newTable[targetTrack](a, m.Sources/4)
	s.slow = newTable[slowTrack](a, m.Sources)
	s.beacons = newTable[beaconTrack](a, m.Beacons)
	s.domains = newTable[domainTrack](a, m.Domains)
	s.dga = newTable[dgaTrack](a, m.Domains)
	s.hosts = newTable[hostTrack](a, m.Hosts)
	s.known = newTable[serviceTrack](a, m.Services)
	for i := range s.active {
		s.active[i] = newTable[subject](a, m.Findings)
	}
	s.blocks = newBlocks(a, m.Blocks)
	return errors.Join(append(errs, append(err[:], a.Err())...)...)
}

func (s *Scorer) counters() [8]*counter {
	return [8]*counter{&s.synSource, &s.synTarget, &s.udp, &s.icmp, &s.fragment, &s.reflected, &s.logins, &s.violations}
}

// SetPolicy changes thresholds and lists; called by the worker between bursts.
// Table sizes stay as they are until the next start.
func (s *Scorer) SetPolicy(p *Policy) {
	s.policy = p
	for _, c := range s.counters() {
		c.setFloors(p, s.wall)
	}
}

// Observe counts one packet and says what the mitigations in force ask for.
// No allocation, no lock; o is not kept.
func (s *Scorer) Observe(o *Observation) Verdict {
	s.Stats.Packets++
	s.advance(o.TimeUS)
	if !s.policy.enabled || o.IPVersion != 4 && o.IPVersion != 6 {
		return None
	}
	s.cap.cur.packets++
	if isEstablished(o) {
		s.cap.cur.established++
	}
	cl := classify(o)
	// Most packets are the middle of a TCP flow: they end here.
	if cl == 0 && !o.FlowEstablishedNow && o.TCPFlags&tcpRST == 0 && s.classes&classAny == 0 && s.blocks.n == 0 {
		return None
	}
	src := s.seed.SumAddr(&o.Src, uint64(o.IPVersion))
	dst := s.seed.SumAddr(&o.Dst, uint64(o.IPVersion))
	s.detect(o, cl, src, dst)
	v := s.judge(o, cl|classAny, src, dst)
	if s.blocks.n != 0 && (s.blocks.blocked(&s.seed, &o.Src, o.IPVersion, s.now) || s.blocks.blocked(&s.seed, &o.Dst, o.IPVersion, s.now)) &&
		!s.policy.allowed(&o.Src, o.IPVersion) && !s.policy.allowed(&o.Dst, o.IPVersion) {
		v = Blocked
	}
	s.Stats.Verdicts[v]++
	return v
}

func classify(o *Observation) class {
	cl := class(0)
	if o.Fragment {
		cl |= classFrag
	}
	switch o.Proto {
	case protoTCP:
		if o.TCPFlags&(tcpSYN|tcpACK|tcpRST) == tcpSYN {
			cl |= classSYN | classNew
		}
	case protoUDP:
		if o.FlowEstablished {
			break
		}
		cl |= classUDP
		if o.ToServer && isReflector(o.SrcPort) {
			cl |= classReply
		}
	case protoICMP, protoICMPv6:
		cl |= classICMP
	}
	if o.NewFlow {
		cl |= classNew
	}
	return cl
}

// detect is the order of the packet detectors.
func (s *Scorer) detect(o *Observation, cl class, src, dst sketch.Hash) {
	flooded := false
	if cl&classSYN != 0 {
		flooded = s.synFlood(o, src, dst)
	}
	if cl&classUDP != 0 {
		flooded = s.flood(&s.udp, o, src, dst)
		if cl&classReply != 0 {
			s.amplification(o, src, dst)
		}
	}
	if cl&classICMP != 0 {
		flooded = s.flood(&s.icmp, o, src, dst)
	}
	if cl&classFrag != 0 {
		s.flood(&s.fragment, o, src, dst)
	}
	if o.FlowEstablishedNow {
		s.established(o, src, dst)
	}
	if o.NewFlow && !flooded {
		s.attempt(o, src, dst)
		s.beacon(o, src, dst)
	}
	if o.TCPFlags&tcpRST != 0 && o.Proto == protoTCP && !o.FlowEstablished && !o.ToServer {
		// The server refused: the client is the destination of the RST.
		s.failure(dst, src, &o.Dst, &o.Src, o.IPVersion, o.Proto, o.SrcPort, o.Pair)
	}
}

// established is a handshake completed, or a first answer.
func (s *Scorer) established(o *Observation, src, dst sketch.Hash) {
	client, server := src, dst
	clientAddr, serverAddr, port := &o.Src, &o.Dst, o.DstPort
	if !o.ToServer {
		client, server = dst, src
		clientAddr, serverAddr, port = &o.Dst, &o.Src, o.SrcPort
	}
	if o.Proto == protoTCP {
		s.verified.Add(client)
		s.doneSource.Add(client, 1)
		s.doneTarget.Add(server, 1)
		s.slowOpen(o, client, server, port)
	}
	s.success(client, clientAddr, o.IPVersion, o.Proto)
	s.service(o, server, serverAddr, port)
}

// advance moves the clock and turns what is due.
func (s *Scorer) advance(us int64) {
	s.wall = us
	now, jumped := s.clock.advance(us)
	s.now = now
	if jumped {
		s.void()
	}
	if now >= s.dueUS {
		s.turn()
	}
}

// void drops every window in progress: the clock jumped, so what they hold
// was not counted in one window. Findings and mitigations stay, and expire.
func (s *Scorer) void() {
	s.Stats.ClockJumps++
	for _, c := range s.counters() {
		c.void(s.now)
	}
	s.doneSource.Turn(s.now)
	s.doneTarget.Turn(s.now)
	s.sources.reset()
	s.targets.reset()
	s.slow.reset()
	s.beacons.reset()
	s.domains.reset()
	s.dga.reset()
	s.cap.cur, s.cap.last = shares{}, shares{}
	s.dueUS = s.now
}

func (s *Scorer) turn() {
	due := s.now + 1_000_000
	synTurn := s.now >= s.synSource.dueUS
	for _, c := range s.counters() {
		due = min(due, c.turn(s.policy, s.now, s.wall))
	}
	if synTurn {
		s.doneSource.Turn(s.now)
		s.doneTarget.Turn(s.now)
	}
	if s.now >= s.verifyDue {
		s.verified.Turn(s.now)
		s.verifyDue = s.now + verifyTurnUS
	}
	if s.now >= s.answerDue {
		s.challenged.Turn(s.now)
		s.answerDue = s.now + answerTurnUS
	}
	if s.now >= s.cap.dueUS {
		s.cap.turn(s.now)
	}
	if s.learnFrom == 0 {
		s.learnFrom = s.now
	}
	s.dueUS = min(due, s.cap.dueUS, s.answerDue, s.verifyDue)
}

// Tick does what needs no packet: turns windows, ends findings, wipes a little
// of the next windows. Called once a loop with the time that packets carry.
func (s *Scorer) Tick(nowUS int64) {
	s.advance(nowUS)
	s.blocks.expire(&s.seed, s.now)
	for _, c := range s.counters() {
		c.cm.ClearSome()
	}
	s.doneSource.ClearSome()
	s.doneTarget.ClearSome()
	s.verified.ClearSome()
	s.challenged.ClearSome()
	if s.live > 0 {
		sets := uint64(len(s.active[0].tags))
		s.expireSet(RoleSource, s.sweep%sets)
		s.expireSet(RoleDestination, s.sweep%sets)
		s.sweep++
	}
}

// queue takes the next place among the findings; nil when they are too many.
func (s *Scorer) queue() *Finding {
	s.Stats.Findings++
	if s.queued == MaxFindings {
		s.Stats.FindingsLost++
		return nil
	}
	f := &s.findings[s.queued]
	*f = Finding{}
	s.queued++
	return f
}

// Findings are those since ResetFindings; the scorer's memory.
func (s *Scorer) Findings() []Finding { return s.findings[:s.queued] }

// ResetFindings empties the queue: the worker copied it out.
func (s *Scorer) ResetFindings() { s.queued = 0 }
