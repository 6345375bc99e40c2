package anomaly

// Verdict is what the anomaly stage asks for one packet. The worker folds it
// with the other stages' by strength and never lowers those.
type Verdict uint8

// Verdicts, weakest first.
const (
	None Verdict = iota
	// WouldDrop: shadow mode, or the cap on mitigation was reached.
	WouldDrop
	// Challenge: drop this SYN; a real stack sends it again and gets through.
	Challenge
	// RateLimited: this packet is beyond its subject's token bucket.
	RateLimited
	// Drop: the subject is under a timed drop.
	Drop
	// Blocked: a person put the address on the block list.
	Blocked
)

var verdictNames = [...]string{"none", "would-drop", "challenge", "rate-limited", "drop", "blocked"}

// String names the verdict as events do.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "unknown"
}

// Action is what a detector does about its findings.
type Action uint8

// Actions. Shadow reports what RateLimit would have dropped.
const (
	Alert Action = iota
	Shadow
	RateLimit
	TimedDrop
	ChallengeUnverified
	numActions
)

var actionNames = [...]string{"alert", "shadow", "rate-limit", "drop", "challenge"}

// String is the action as the configuration writes it.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return "unknown"
}

// ParseAction reads an action's name.
func ParseAction(s string) (Action, bool) {
	for i, n := range actionNames {
		if n == s {
			return Action(i), true
		}
	}
	return 0, false
}

// Role says which side of the traffic a finding is about.
type Role uint8

// Roles of a subject.
const (
	RoleSource Role = 1 + iota
	RoleDestination
	RolePair // the whole port pair; the address is empty
)

var roleNames = [...]string{"", "source", "destination", "pair"}

// String names the role.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return "unknown"
}

// Phase tells the beginning of a finding from its continuation and end.
type Phase uint8

// Phases. End comes when the finding's hold has run out.
const (
	Begin Phase = 1 + iota
	Ongoing
	End
)

var phaseNames = [...]string{"", "begin", "ongoing", "end"}

// String names the phase.
func (p Phase) String() string {
	if int(p) < len(phaseNames) {
		return phaseNames[p]
	}
	return "unknown"
}

// TopContributors is how many contributors a finding names.
const TopContributors = 5

// Contributor is one address (and port) that added to a finding. The true
// count lies within [Count-Error, Count].
type Contributor struct {
	Addr      [16]byte
	Count     uint64
	Error     uint64
	Port      uint16
	IPVersion uint8
}

// Finding explains itself: what was counted, over which window, against which
// expectation, with which error, and who contributed most.
type Finding struct {
	TimeUS int64
	// Counted is the figure that crossed Expected (a threshold, or a multiple of
	// the learned baseline), over Window microseconds. Bound is how much
	// Counted may be too high, with the probability the detector's sketch
	// states.
	Counted, Expected, Bound float64
	// Baseline is the learned normal figure; 0 where none is learned.
	Baseline float64
	// Second figure of detectors that weigh two (see Detector.Second).
	Second   float64
	WindowUS int64
	// ExpiresUS is when the mitigation ends, in packet time; 0 with Alert.
	ExpiresUS int64
	// Touched counts packets that this finding's mitigation held back.
	Touched uint64
	Addr    [16]byte
	// Domain is the DNS name's base for the DNS detectors, DomainLen octets.
	Domain    [64]byte
	Top       [TopContributors]Contributor
	TopLen    uint8
	DomainLen uint8
	Pair      uint16
	Port      uint16 // the service concerned, 0 if none
	Detector  ID
	Phase     Phase
	Role      Role
	IPVersion uint8
	Action    Action
	// Score: 1 to 100; 50 at the threshold, 100 at ten times it.
	Score uint8
	// Level is the back-off: how often the subject came back after its hold.
	Level uint8
	// Verified: the subject completed a handshake lately, so it is not spoofed.
	Verified bool
}
