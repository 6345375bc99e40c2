package stream

import "github.com/weir-ips/weir/match/input"

// State is where a session stands. The order counts: later is further closed.
type State uint8

// States. They are those of the server as seen from the wire: FinWait1 is
// entered by the server's FIN, CloseWait by the client's.
const (
	None State = iota
	Listen
	SynSent
	SynRecv
	Established
	FinWait1
	FinWait2
	TimeWait
	LastAck
	CloseWait
	Closing
	Closed
)

var stateNames = [...]string{"none", "listen", "syn_sent", "syn_recv", "established", "fin_wait1",
	"fin_wait2", "time_wait", "last_ack", "close_wait", "closing", "closed"}

// String is the state as EVE prints it.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return stateNames[None]
}

// sessionFlags are facts of both directions together.
type sessionFlags uint32

const (
	isMidstream    sessionFlags = 1 << iota
	midstreamFresh              // picked up in the middle, no answer seen yet
	midstreamSynAck
	hasTimestamps
	serverWScale
	byReset
	isAsync
	fourWay // SYN answered by a SYN
	evasionAttempt
	clientSACK
	bothSACK
	beLiberal // data was lost: resets are taken as they come
	confirmed // the server answered after the handshake
	fastOpen
	fastOpenIgnored
	probeTS // a zero window probe from the client is open
	probeTC
	isEstablished
)

// halfFlags are facts of one direction.
type halfFlags uint16

const (
	hasGap halfFlags = 1 << iota
	noReassembly
	sawKeepalive
	depthReached
	triggerRaw
	offersTimestamps
	zeroTimestamp
	rawStopping // no new data for raw inspection
	rawOff
	appOff
	gotReset // this side received a reset that its owner may not take
	eofSent
	urgentLimit // the limit of urgent octets was reported
	unpruned    // something changed since octets were let go last
)

// session is one TCP connection. It holds no pointers.
type session struct {
	half  [2]half // what the client sends, what the server sends
	flags sessionFlags
	// state and the one before it.
	state, prev State
	queued      uint8 // entries of queue
	flagsSeen   uint8
	queue       uint32 // handshake candidates, first of the list
	inUse       bool
	// dataDir is the direction of the first payload, 0 until there is one.
	dataDir input.Dir
	// proto is the protocol whose depth holds: its place in Config.Depths.
	proto uint8
	// stores: a rule has files of the flow stored, for which Config.StoreDepth holds.
	stores bool
}

// half is one direction: the octets that one side sends and what the other one
// says about them.
type half struct {
	isn, nextSeq seqnum
	// lastAck is the highest acknowledgement of these octets, nextWin the right
	// edge of what the receiver allowed, window its size after scaling.
	lastAck, nextWin seqnum
	window           uint32
	lastTS, lastSeen uint32 // TSval and second of the last packet (PAWS)
	// base is the sequence number of stream offset baseOff: the left edge of what
	// is kept.
	base    seqnum
	wscale  uint8
	tcpSeen uint8
	// os is the policy of the host that sends; the receiver's decides overlaps.
	os    OSPolicy
	nsack uint8
	flags halfFlags
	nmark uint8
	_     uint8

	baseOff uint64
	// app and raw are how far data was handed out, right the end of the furthest.
	app, raw, right uint64
	// rawEdge is how far the last Raw looked.
	rawEdge uint64
	// scan is what the matcher knows of these octets, inline.
	scan input.StreamScan

	regs, tail         uint32 // regions in order of offset
	segs, segTail      uint32 // segment marks in order of offset (passive)
	nregs, nsegs       uint16
	maxRegions, urgent uint16

	sack [maxSACK]sackRange
	// marks are the sequence numbers, at or behind base, of urgent octets that were
	// taken out of the stream; in order.
	marks [maxMarks]seqnum
}

const (
	maxSACK  = 8
	maxMarks = 8
)

type sackRange struct{ from, to seqnum }

// offsetOf is the stream offset of a sequence number; below baseOff, possibly
// negative, for what lies before base.
func (h *half) offsetOf(q seqnum) int64 {
	off := int64(h.baseOff) + int64(q.sub(h.base))
	for _, m := range h.marks[:h.nmark] {
		if m.before(q) {
			off--
		}
	}
	return off
}

// acked is the stream offset up to which the receiver acknowledged.
func (h *half) acked() uint64 {
	if h.lastAck.after(h.base) {
		return uint64(h.offsetOf(h.lastAck))
	}
	return h.baseOff
}

// rebase moves base to the octet at stream offset off, which is not before it.
func (h *half) rebase(off uint64) {
	q := h.base.plus(uint32(off - h.baseOff))
	gone := 0
	for _, m := range h.marks[:h.nmark] {
		if m.atMost(q) {
			q++
			gone++
		}
	}
	h.nmark = uint8(copy(h.marks[:], h.marks[gone:h.nmark]))
	h.base, h.baseOff = q, off
}

// start sets the initial sequence number.
func (h *half) start(isn seqnum) {
	h.isn, h.base, h.nextSeq, h.lastAck = isn, isn+1, isn+1, isn+1
}
