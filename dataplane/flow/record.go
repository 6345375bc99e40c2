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
	// MinTTL and MaxTTL of both directions, and what netflow needs.
	MinTTL, MaxTTL uint8
	EndReason      EndReason
	_              uint8

	StartUS          int64
	PktsTS, PktsTC   uint32
	BytesTS, BytesTC uint64
	// Stream, App and Vars are handles of other stages; 0: none.
	Stream, App, Vars uint32
	// Seq distinguishes flows that used the same slot; with the slot it makes
	// the flow id.
	Seq uint32
	// Counters that EVE's flow record needs.
	FlagsTS, FlagsTC uint8
	_                uint16
	Generation       uint32
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
	FlagOpaque      // encrypted: payloads are not inspected, transactions are
	FlagRequestDone // the client sent its first whole request, and the detectors know
	FlagEndSeen     // the detectors know that the flow ended
	FlagShed        // its payload is not inspected for now: it cost too much
)

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
func (r *Record) Count(d input.Dir, octets int, timeUS int64) {
	if timeUS > r.LastUS {
		r.LastUS = timeUS
	}
	if d == input.ToClient {
		r.Flags |= FlagSeenTC
		r.PktsTC++
		r.BytesTC += uint64(octets)
		return
	}
	r.Flags |= FlagSeenTS
	r.PktsTS++
	r.BytesTS += uint64(octets)
}

// Swap turns the flow around: what was the client becomes the server.
func (r *Record) Swap() {
	r.Src, r.Dst = r.Dst, r.Src
	r.SrcPort, r.DstPort = r.DstPort, r.SrcPort
	r.PktsTS, r.PktsTC = r.PktsTC, r.PktsTS
	r.BytesTS, r.BytesTC = r.BytesTC, r.BytesTS
	r.FlagsTS, r.FlagsTC = r.FlagsTC, r.FlagsTS
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
