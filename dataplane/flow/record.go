package flow

import "github.com/weir-ips/weir/match/input"

// Record is one flow. The first cache line is what finding and updating it
// needs, the second what is read when it is logged or inspected. It holds no
// pointers: the table lies outside the Go heap.
//
// Source and destination are those of the first packet: source is the client,
// unless the stream stage learns better and swaps them.
type Record struct {
	Src, Dst         [16]byte
	SrcPort, DstPort uint16
	Proto            uint8
	IPVersion        uint8
	Pair             uint16
	VLAN             [2]uint16
	State            input.FlowState
	Depth            uint8
	tag              uint16
	LastUS           int64
	bucket           uint32 // where the slot stands
	Flags            Flags
	// Pending is the batch in which this flow has a packet that is not judged
	// yet; the worker judges it before it looks at the next one.
	Pending uint32
	// TTL holds the least and the greatest TTL or hop limit to the server, then to
	// the client; 0: none seen.
	TTL [2]TTLRange

	StartUS          int64
	PktsTS, PktsTC   uint32
	BytesTS, BytesTC uint64
	// Stream, App and Vars are handles of other stages; 0: none.
	Stream, App, Vars uint32
	// Seq distinguishes flows that used the same slot; with the slot it makes
	// the flow id.
	Seq uint32
	// FlagsTS and FlagsTC are all TCP flags seen; for ICMP, the code of the first
	// message and, with FlagSeenTC, of the first answer.
	FlagsTS, FlagsTC uint8
	EndReason        EndReason
	// Exceptions has a bit for each exception policy's target that came up.
	Exceptions uint8
	// VLAN3 is the third tag, for which the first line has no room.
	VLAN3 uint16
	// Generation is the low half of the bundle's that the flow began under.
	Generation uint16
}

// TTLRange is the least and the greatest of what was seen; zero: nothing.
type TTLRange struct{ Min, Max uint8 }

func (t *TTLRange) see(ttl uint8) {
	if t.Max == 0 || ttl < t.Min {
		t.Min = ttl
	}
	t.Max = max(t.Max, ttl)
}

// Flags are facts of a flow that must be at hand for every packet.
type Flags uint32

// Flow flags.
const (
	FlagSeenTS    Flags = 1 << iota // a packet to the server was seen
	FlagSeenTC                      // a packet to the client was seen
	FlagDrop                        // verdict: drop every packet
	FlagPass                        // verdict: pass every packet without inspection
	FlagNoPayload                   // payload is not inspected (bypass, depth, encrypted)
	FlagMidstream
	FlagSwapped // direction was turned after the first packet
	FlagAlerted
	FlagDropException // the drop came from an exception policy
	FlagEmergency     // ended early by emergency mode
	FlagInitTS        // the to-server side ran its first-packet checks (IP-only rules)
	FlagInitTC
	FlagInside // the first packet came from the inside port
	FlagReject // verdict drop came with a reject
	FlagDropRules
	FlagLoggedDropTS // a drop event was written for this direction
	FlagLoggedDropTC
	FlagSpared   // dropped by a rule where drops are not carried out: not inspected further
	FlagAppError // the parser gave up and its policy was applied
	FlagTagged
	FlagOpaque       // encrypted: payloads are not inspected, transactions are
	FlagRequestDone  // the client sent its first whole request, and the detectors know
	FlagEndSeen      // the detectors know that the flow ended
	FlagShed         // its payload is not inspected for now: it cost too much
	FlagAccept       // a firewall accepted the flow
	FlagDropFirewall // the drop came from a firewall
	FlagQuietTS      // datagrams to the server tell the application layer nothing any more
	FlagQuietTC
)

// QuietFlag is the flag that says so of a direction.
func QuietFlag(d input.Dir) Flags {
	if d == input.ToClient {
		return FlagQuietTC
	}
	return FlagQuietTS
}

// EndReason says why a flow ended, as EVE's flow.reason.
type EndReason uint8

// End reasons.
const (
	EndUnknown EndReason = iota
	EndTimeout
	EndForced
	EndShutdown
	EndTCPReuse
)

// String is the reason as EVE prints it.
func (r EndReason) String() string {
	switch r {
	case EndTimeout:
		return "timeout"
	case EndForced:
		return "forced"
	case EndShutdown:
		return "shutdown"
	case EndTCPReuse:
		return "tcp_reuse"
	}
	return "unknown"
}

// Both reports whether packets were seen in both directions.
func (r *Record) Both() bool {
	return r.Flags&(FlagSeenTS|FlagSeenTC) == FlagSeenTS|FlagSeenTC
}

// Count adds a packet to the counters of its direction.
func (r *Record) Count(d input.Dir, octets int, ttl uint8, timeUS int64) {
	if timeUS > r.LastUS {
		r.LastUS = timeUS
	}
	if d == input.ToClient {
		r.Flags |= FlagSeenTC
		r.PktsTC++
		r.TTL[1].see(ttl)
		r.BytesTC += uint64(octets)
		return
	}
	r.Flags |= FlagSeenTS
	r.PktsTS++
	r.TTL[0].see(ttl)
	r.BytesTS += uint64(octets)
}

// Swap turns the flow around: what was the client becomes the server.
func (r *Record) Swap() {
	r.Src, r.Dst = r.Dst, r.Src
	r.SrcPort, r.DstPort = r.DstPort, r.SrcPort
	r.PktsTS, r.PktsTC = r.PktsTC, r.PktsTS
	r.BytesTS, r.BytesTC = r.BytesTC, r.BytesTS
	r.FlagsTS, r.FlagsTC = r.FlagsTC, r.FlagsTS
	r.TTL[0], r.TTL[1] = r.TTL[1], r.TTL[0]
	f := r.Flags &^ (FlagSeenTS | FlagSeenTC | FlagInitTS | FlagInitTC)
	if r.Flags&FlagSeenTS != 0 {
		f |= FlagSeenTC
	}
	if r.Flags&FlagSeenTC != 0 {
		f |= FlagSeenTS
	}
	if r.Flags&FlagInitTS != 0 {
		f |= FlagInitTC
	}
	if r.Flags&FlagInitTC != 0 {
		f |= FlagInitTS
	}
	r.Flags = f ^ FlagSwapped
}
