package anomaly

import (
	"math"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// class says what a packet is to the mitigations: a mitigation touches only
// the classes that its detector counted.
type class uint16

const (
	classSYN   class = 1 << iota // TCP SYN without ACK
	classUDP                     // UDP
	classICMP                    // ICMP, ICMPv6
	classFrag                    // IP fragment
	classReply                   // UDP from a reflector's port that nobody asked for
	classNew                     // opens a flow
	classAny                     // every packet
	numClasses = 7
)

// touches is the class that each detector's mitigation may hold back. Those
// judged by attempts touch what opens flows, never what is established.
var touches = [NumDetectors]class{
	SYNFloodSource: classSYN, SYNFloodTarget: classSYN, UDPFlood: classUDP, ICMPFlood: classICMP,
	FragmentFlood: classFrag, Amplification: classReply, PortScan: classNew, HostScan: classNew,
	BlockScan: classNew, PingSweep: classNew, DistributedScan: classNew, BruteForce: classNew,
	DNSTunnel: classNew, DGA: classNew, Beacon: classNew, Exfiltration: classAny, SlowRequest: classNew,
	ProtocolViolations: classNew,
}

const (
	// A subject holds as many findings at a time.
	slotsPerSubject = 4
	// reportEveryUS: a finding that goes on is told again as often.
	reportEveryUS = 10_000_000
	// A subject's back-off is remembered for so many holds after the end.
	memoryHolds = 8
	maxLevel    = 8
)

// subject is an address with findings in force.
type subject struct {
	addr    [16]byte
	version uint8
	slots   [slotsPerSubject]slot
}

// slot is one finding in force, with its token bucket.
type slot struct {
	expires  int64 // monotone; 0: never used
	remember int64 // until then the level counts
	reported int64
	filled   int64 // when the bucket was last filled
	tokens   float64
	rate     float64
	counted  float64
	expected float64
	touched  uint64
	class    class
	pair     uint16
	port     uint16
	det      ID
	action   Action
	level    uint8
	score    uint8
	role     Role
	live     bool
	verified bool
}

// crossing is what a detector tells raise.
type crossing struct {
	det                                ID
	role                               Role
	version                            uint8
	verified                           bool
	pair, port                         uint16
	addr                               *[16]byte
	hash                               sketch.Hash
	counted, expected, bound, baseline float64
	second                             float64
	top                                *sketch.SpaceSaving
	domain                             []byte
	action                             Action
}

// subjects picks the table by role.
func (s *Scorer) subjects(r Role) *table[subject] { return &s.active[r-RoleSource] }

// raise begins or goes on with a finding. The allow list wins: its members are
// neither reported nor mitigated.
func (s *Scorer) raise(c *crossing) {
	if s.policy.allowed(c.addr, c.version) {
		s.Stats.Allowed++
		return
	}
	sl := s.slotFor(c)
	set := &s.policy.det[c.det]
	begin := !sl.live
	if begin {
		level := uint8(0)
		if sl.expires != 0 && s.now < sl.remember {
			level = min(sl.level+1, maxLevel)
		}
		*sl = slot{det: c.det, role: c.role, class: touches[c.det], pair: c.pair, port: c.port, level: level, live: true,
			filled: s.now, rate: set.rate, tokens: set.rate}
		s.count(sl, 1)
	}
	hold := min(set.holdUS<<sl.level, s.policy.maxHoldUS)
	sl.expires = s.now + hold
	sl.remember = sl.expires + memoryHolds*hold
	sl.action, sl.rate, sl.verified = c.action, set.rate, c.verified
	sl.counted, sl.expected = max(sl.counted, c.counted), c.expected
	sl.score = max(sl.score, score(c.counted, c.expected))
	if !begin && s.now-sl.reported < reportEveryUS {
		return
	}
	sl.reported = s.now
	f := s.queue()
	if f == nil {
		return
	}
	f.Phase = Begin
	if !begin {
		f.Phase = Ongoing
	}
	s.describe(f, sl, c.addr, c.version)
	f.Counted, f.Expected, f.Bound = c.counted, c.expected, c.bound
	f.Baseline, f.Second = c.baseline, c.second
	f.DomainLen = uint8(copy(f.Domain[:], c.domain))
	if c.top != nil {
		fillTop(f, c.top, c.hash)
	}
}

// slotFor finds the finding's slot, or takes the one that ends first.
func (s *Scorer) slotFor(c *crossing) *slot {
	sub, fresh := s.subjects(c.role).claim(c.hash, s.now)
	if fresh || sub.addr != *c.addr || sub.version != c.version {
		for i := range sub.slots {
			if sub.slots[i].live {
				s.count(&sub.slots[i], -1)
				s.Stats.Evicted++
			}
		}
		*sub = subject{addr: *c.addr, version: c.version}
	}
	pick := &sub.slots[0]
	for i := range sub.slots {
		sl := &sub.slots[i]
		if sl.expires != 0 && sl.det == c.det {
			return sl
		}
		if sl.expires < pick.expires {
			pick = sl
		}
	}
	if pick.live {
		s.count(pick, -1)
		s.Stats.Evicted++
	}
	*pick = slot{}
	return pick
}

// count keeps how many live mitigations touch each class, so that packets of
// untouched classes look nothing up.
func (s *Scorer) count(sl *slot, d int32) {
	s.live += d
	s.liveByRole[sl.role-RoleSource] += d
	for i := range s.liveByClass {
		if sl.class&(1<<i) != 0 {
			s.liveByClass[i] += d
			if s.liveByClass[i] > 0 {
				s.classes |= 1 << i
			} else {
				s.classes &^= 1 << i
			}
		}
	}
}

func (s *Scorer) describe(f *Finding, sl *slot, addr *[16]byte, version uint8) {
	f.TimeUS, f.Addr, f.IPVersion = s.wall, *addr, version
	f.Detector, f.Role, f.Action = sl.det, sl.role, sl.action
	f.Counted, f.Expected, f.Score = sl.counted, sl.expected, sl.score
	f.Level, f.Pair, f.Port = sl.level, sl.pair, sl.port
	f.Touched, f.Verified = sl.touched, sl.verified
	f.WindowUS = s.policy.det[sl.det].windowUS
	if sl.action != Alert {
		f.ExpiresUS = s.wall + sl.expires - s.now
	}
}

// score is 50 at the threshold, 100 at ten times it.
func score(counted, expected float64) uint8 {
	if !(expected > 0) || counted <= expected {
		return 50
	}
	return uint8(min(100, 50+50*math.Log10(counted/expected)))
}

// expireSet ends what has run out in one set; Tick walks the sets in turn.
func (s *Scorer) expireSet(r Role, set uint64) {
	t := s.subjects(r)
	for i := range ways {
		if t.tags[set][i] == 0 {
			continue
		}
		sub := &t.vals[set*ways+uint64(i)]
		for j := range sub.slots {
			sl := &sub.slots[j]
			if !sl.live || s.now < sl.expires {
				continue
			}
			sl.live = false
			s.count(sl, -1)
			if f := s.queue(); f != nil {
				f.Phase = End
				s.describe(f, sl, &sub.addr, sub.version)
			}
		}
	}
}

// Active says whether the address is the subject of a finding of the detector
// in force, and its score: what the rule keyword `anomaly:` asks.
func (s *Scorer) Active(d ID, r Role, addr *[16]byte, version uint8) (score uint8, ok bool) {
	if s.live == 0 || r != RoleSource && r != RoleDestination {
		return 0, false
	}
	sub := s.subjects(r).find(s.seed.SumAddr(addr, uint64(version)))
	if sub == nil || sub.addr != *addr || sub.version != version {
		return 0, false
	}
	for i := range sub.slots {
		if sl := &sub.slots[i]; sl.live && sl.det == d && s.now < sl.expires {
			return sl.score, true
		}
	}
	return 0, false
}
