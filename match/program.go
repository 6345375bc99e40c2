package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Code is the operation of an Op.
type Code uint8

// Operations. Buffer operations inspect the list's buffer, packet operations
// the packet and its flow; what changes state runs after a match.
const (
	OpNone Code = iota

	// Buffer operations.
	OpContent
	OpPCRE
	OpIsDataAt
	OpByteTest
	OpByteJump
	OpByteExtract
	OpByteMath
	OpBSize
	OpAbsent
	OpBase64Decode
	OpBase64Data // the conditions behind it inspect what was decoded
	OpEntropy
	OpDataset
	OpDatarep
	OpLuaBuffer

	// Packet operations.
	OpUint // a numeric field of the packet, flow or transaction
	OpFlow
	OpTCPFlags
	OpFragBits
	OpSameIP
	OpIPOpts
	OpCSum
	OpDsize
	OpIPProto
	OpFlowbits
	OpFlowint
	OpXbits
	OpHostbits
	OpEvent // decode-event, stream-event
	OpAppEvent
	OpAppProto
	OpStreamSize
	OpIPRep
	OpGeoIP
	OpLua
	OpAnomaly
	OpFlowAge
	OpAppLayerState
	OpBypass
	OpTag
	OpFilestore
	OpConfig
	OpTLSStore
	OpRPC
	OpIPAddr
	OpFileDigest // a file's digest stands in a list (not)
	OpNumberIn   // a numeric field of a transaction, against a list
	OpCertDate
	OpASN1
	OpElephant
	OpPktVar
	OpFlowVar
	OpFrame // the frame is of a type (A) of a protocol (B)
	OpTCPSession
	OpCIPService     // a service (A), on a class (X) with an attribute (Y) where B counts them
	OpNumberInRanges // a numeric field of a transaction, against ranges
	OpModbusAddress  // addresses of a request, from A to B, and what is written to A
	numCodes
)

// Op is one condition. What the numbers mean depends on Code; the constructors
// in match/compile and the evaluators here are the two places that know.
type Op struct {
	Code  Code
	Neg   bool
	Flags uint16
	Field uint16
	_     uint16
	// A..D are small operands: offsets, depths, variable slots.
	A, B, C, D int32
	// X and Y are wide operands: bounds of a range.
	X, Y uint64
	// Off and Len select octets of the bundle's blob: a pattern, a name.
	Off, Len uint32
}

// Content flags in Op.Flags (OpContent, OpPCRE and their relatives).
const (
	FNoCase uint16 = 1 << iota
	FDepth
	FOffset
	FDistance
	FWithin
	FStartsWith
	FEndsWith
	FRelativeNext // a later condition of the list is relative to this one
	FRelative
	FVarDepth // the operand is a variable slot, not a number
	FVarOffset
	FVarDistance
	FVarWithin
	FReplace
	FFast // this content is the rule's fast pattern
	FFastOnly
)

// RuleRec is a compiled rule. Its index in the bundle is its rank: rules are
// evaluated in index order.
type RuleRec struct {
	SID, GID, Rev uint32
	Flags         RuleFlags
	Action        Action
	RejectSides   uint8
	App           uint16 // input.AppProto, 0: any
	IPProto       [4]uint64
	Src, Dst      uint32 // address sets; 0: any
	SrcPort       uint32 // port sets; 0: any
	DstPort       uint32
	PacketOps     Span
	PostOps       Span
	Lists         Span
	Threshold     uint32 // 1-based head of a chain, suppressions first; 0: none
	Scope         Scope  // how far the action reaches
	// Hook is where the rule is judged. For HookApp, At is the state's place among
	// those of its protocol and direction, Sub the kind of transaction.
	Hook    HookKind
	At, Sub uint8
	Shadow  uint32 // 1: would-drop only
	_       uint32
	Vars    uint32 // number of byte variables
	App2    uint16 // alternative application protocol of multi-protocol keywords
	_       uint16
}

// Span is a run of records in one of the bundle's tables.
type Span struct{ Off, N uint32 }

// RuleFlags say on what a rule runs.
type RuleFlags uint32

// Rule flags.
const (
	RNoAlert RuleFlags = 1 << iota
	RIPOnly            // addresses and protocol alone: judged once a flow and direction
	RPacket            // needs this packet: header or packet payload conditions
	RStream            // inspects the reassembled stream
	RTx                // has conditions on transactions
	RToServer
	RToClient
	RIPv4
	RIPv6
	REstablished
	RNeedPayload // has a list on the payload or stream
	RNoFast      // has no fast pattern: always a candidate
	RBidir
	RPrefilterTx // its fast pattern lies in a transaction buffer
	RDeOnly      // decode-event only: runs on invalid packets too
	RFile
	RNoFlow // can match packets without a flow
	RTransactional
	RFirewall
	RFlowAction // its verdict holds for the flow
	RPktOnly    // tcp-pkt, or packet conditions: never on pseudo-packets
	RTag        // tags the flow or host when its alert stands
	RLogPass    // a pass rule that is logged
	RFrame      // looks at frames
	RAlsoPass   // a firewall rule that also passes
	RUpTo       // a firewall rule whose earlier states are accepted with it
	RARP        // of packets that are no IP, only ARP
	RWindows    // looks at a body, which comes in pieces
	RInstances  // looks at a buffer of several instances
	RPolicy     // stands for a policy in alerts; never judged
)

// ListRec is the conditions on one buffer.
type ListRec struct {
	Key uint32 // index of the BufKey
	Ops Span
	// Dir is set for lists of rules that look at both sides of a transaction.
	Dir input.Dir
	// Packet and Stream say where a payload list may be inspected.
	Packet, Stream bool
	// Loose: a stream list that is held against the payload of a packet too, but
	// only of one that is no part of a stream.
	Loose bool
	// Files: the conditions are on one file together.
	Files bool
}

// BufKey is a buffer after its transforms: what patterns are scanned in.
type BufKey struct {
	Buf buf.ID
	_   uint16
	// Transforms is a chain of Ops, in order.
	Transforms Span
	// Progress at which the buffer is complete, by direction (to server first).
	Progress [2]uint8
	Flags    uint16
}

// BufKey flags.
const (
	KTx     uint16 = 1 << iota // belongs to a transaction
	KMulti                     // has several instances
	KWindow                    // a body: inspected by windows as it grows
	KTS
	KTC
	KFile // instances are the transaction's files
)

// Group is the set of rules that a kind of packet must be held against: the
// databases of fast patterns and the rules that have none.
type Group struct {
	// DB and StreamDB hold the patterns of rules for this group's ports, for
	// packets and streams; AnyDB and AnyStreamDB those of rules for any port,
	// which all groups of a protocol and direction share. 1-based indices into
	// DBs, 0: no patterns.
	DB, StreamDB, AnyDB, AnyStreamDB uint32
	// BareDB and AnyBareDB take the place of DB and AnyDB for a payload that a stream's
	// view covers: patterns at a place of the packet. StreamDB and AnyStreamDB have the
	// others.
	BareDB, AnyBareDB uint32
	// Always are rules (in Refs) that are candidates without a pattern.
	Always Span
}

// PacketIndex leads a packet of one protocol class and direction to its group:
// through the port map, or to the first group where there is none.
type PacketIndex struct {
	PortMap uint32 // 1-based, 0: none
	Groups  Span
}

// TxIndex is a buffer of transactions that holds fast patterns.
type TxIndex struct {
	Key uint32
	DB  uint32 // 1-based
}

// AppIndex is what the transactions of one application protocol are held
// against in one direction. Rows stand at 2*AppProto + (0 to server, 1 to
// client).
type AppIndex struct {
	Tx     Span // rows of TxIndex
	Always Span // rules in Refs that have no fast pattern
}

// IPOnlyRange leads the addresses of one disjoint range to the rules that have
// nothing but addresses. Rows are sorted by side, version and Lo.
type IPOnlyRange struct {
	Lo, Hi  [16]byte
	Refs    Span
	Side    uint8 // 0: source, 1: destination, 2: any (Lo and Hi are not used)
	Version uint8
	_       [6]byte
}

// ThresholdRec is a threshold, detection_filter or rate_filter of a rule.
type ThresholdRec struct {
	Type, Track, NewAction, Unique uint8
	Count, Seconds, Timeout        uint32
	Multiplier                     uint32
	Set                            uint32 // address set of a suppress, 1-based
	Next                           uint32 // 1-based index of a further one for the same rule
}

// PCRERec is a regular expression: its text in the blob, its options, and where
// its captures go.
type PCRERec struct {
	Off, Len               uint32
	Options                uint32
	MatchLimit, DepthLimit uint32
	// Captures lead groups to variables.
	Captures [MaxCaptures]CaptureRec
	NCapture uint32
}

// MaxCaptures bounds the variables that one expression fills.
const MaxCaptures = 8

// CaptureRec leads one group of an expression to a variable.
type CaptureRec struct {
	Group uint16
	Kind  uint16 // VarKind
	ID    uint32
}

// NameRec is the name of a variable, by its number: Off and Len select it in the
// blob.
type NameRec struct{ Off, Len uint32 }

// DBRec is one pattern set: what hyperscan.BuildSet made, in SecDBBytes, and where
// the postings of its pattern ids start: pattern i leads to the rules
// Refs[PatSpans[Pats.Off+i]].
type DBRec struct {
	Off, Len uint64
	Pats     Span
	// Longest is the length of the longest pattern.
	Longest uint32
	_       uint32
}

// Action is what a rule does when it matches.
type Action uint8

// Actions.
const (
	ActAlert Action = iota + 1
	ActPass
	ActDrop
	ActReject
	ActConfig
	ActAccept
)

// String is the action's keyword.
func (a Action) String() string {
	switch a {
	case ActAlert:
		return "alert"
	case ActPass:
		return "pass"
	case ActDrop:
		return "drop"
	case ActReject:
		return "reject"
	case ActConfig:
		return "config"
	case ActAccept:
		return "accept"
	}
	return "none"
}

// Sides that a reject answers, in RuleRec.RejectSides.
const (
	RejectSrc  uint8 = 1
	RejectDst  uint8 = 2
	RejectBoth uint8 = 3
)

// RunsOn reports whether a rule for an application protocol runs on one: DNS over
// HTTP/2 is HTTP/2 as well.
func (r *RuleRec) RunsOn(app input.AppProto) bool {
	id := uint16(app)
	return r.App == id || r.App2 != 0 && (r.App2 == id || app == input.AppDoH2 && r.App2 == uint16(input.AppHTTP2))
}
