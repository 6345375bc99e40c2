package rule

import (
	"fmt"

	"github.com/weir-ips/weir/match/buf"
)

// Bounds of what is parsed.
const (
	MaxRule    = 1 << 20
	MaxOptions = 1024
	MaxDepth   = 16
)

// Position is a place in a file, from 1.
type Position struct {
	File      string
	Line, Col int
}

// String is file:line:col.
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Error is what is wrong with a rule, and where.
type Error struct {
	Pos Position
	SID uint32
	Msg string
	// Unmet: the rule is sound, but requires what is not there.
	Unmet bool
}

// Error is one line.
func (e *Error) Error() string {
	if e.SID != 0 {
		return fmt.Sprintf("%s: sid %d: %s", e.Pos, e.SID, e.Msg)
	}
	return fmt.Sprintf("%s: %s", e.Pos, e.Msg)
}

// Action is the rule's first word.
type Action uint8

// Actions.
const (
	Alert Action = iota + 1
	Pass
	Drop
	Reject
	Config
	Accept
)

// Sides that a reject answers.
const (
	RejectSrc  uint8 = 1
	RejectDst  uint8 = 2
	RejectBoth uint8 = 3
)

// Rule is one parsed rule.
type Rule struct {
	Pos     Position
	Raw     string
	Action  Action
	Rejects uint8
	// Scope of the action: packet, flow, hook or tx; empty: the rule's kind decides.
	Scope string
	// Firewall: the rule is a firewall's. AlsoPass: pass is its second action.
	Firewall, AlsoPass bool
	Proto              Proto

	Src, Dst         AddrSet
	SrcPort, DstPort PortSet
	Bidir            bool // <>
	Transactional    bool // =>

	Msg           string
	SID, GID, Rev uint32
	Classtype     string
	ClassText     string
	Priority      int
	HasPriority   bool
	References    []Reference
	Metadata      []KV
	Target        string
	NoAlert       bool
	LogPass       bool // the alert keyword: a pass or firewall rule that is logged
	Prefilter     bool
	Lists         []*List
	Packet        []Cond
	Post          []Cond
	Threshold     *Threshold
	Filter        *Threshold // detection_filter
	Hook          Hook
	// Shadow: its drops are reported, not carried out.
	Shadow bool

	// ToServer, ToClient: the flow keyword's directions.
	ToServer, ToClient bool
	vars               []string
}

// Reference is a source of information about what a rule finds.
type Reference struct{ Type, Value string }

// KV is an entry of metadata.
type KV struct{ Key, Value string }

// List is the conditions on one buffer, in the order of the rule.
type List struct {
	Buffer     buf.ID
	Transforms []Transform
	Conds      []Cond
	// Dir is set for `=>` rules: which side's buffer is meant (1 to server, 2 to
	// client).
	Dir uint8
	// Protos and Dirs say where the conditions of a list without a buffer (None)
	// exist.
	Protos []string
	Dirs   buf.Dirs
}

// Cond is one condition.
type Cond any

// Value is a number or the name of a byte variable.
type Value struct {
	Set   bool
	N     int64
	Var   int // slot, when IsVar
	IsVar bool
}

// Content is a fixed pattern and where it must stand.
type Content struct {
	Pattern                                         []byte
	Negated, NoCase, StartsWith, EndsWith, RawBytes bool
	Offset, Depth, Distance, Within                 Value
	Fast, FastOnly                                  bool
	FastOff, FastLen                                int
	Replace                                         []byte
	RelativeNext                                    bool
	Pos                                             Position
}

// Relative reports whether the content stands relative to an earlier match.
func (c *Content) Relative() bool { return c.Distance.Set || c.Within.Set }

// PCRE is a regular expression.
type PCRE struct {
	Expr         string
	Options      string // i m s x A E G
	Negated      bool
	Relative     bool
	RelativeNext bool
	Captures     []Capture
}

// Capture names the variable that a group of a PCRE fills.
type Capture struct{ Kind, Name string }

// Range is a comparison of an unsigned number: within [Lo, Hi], or not. With Mask,
// the number under the mask Lo is Hi, or not.
type Range struct {
	Lo, Hi uint64
	Neg    bool
	Mask   bool
}

// IsDataAt asks for octets behind a place.
type IsDataAt struct {
	N                 Value
	Relative, Negated bool
}

// ByteOp is byte_test, byte_jump, byte_extract or byte_math.
type ByteOp struct {
	Kind                                 string
	N                                    Value
	Op                                   string
	Value                                Value
	Offset                               Value
	Relative, Little, String, Align      bool
	FromBeginning, FromEnd, DCE, Negated bool
	Base                                 int
	Multiplier, Mask                     uint64
	PostOffset                           int64
	AlignTo                              int
	Result                               int // variable slot
	RelativeNext                         bool
}

// BSize compares a buffer's length.
type BSize struct{ Range }

// Absent holds when the buffer is not there; OrElse also when what follows holds.
type Absent struct{ OrElse bool }

// Base64Decode decodes part of the buffer for what follows base64_data.
type Base64Decode struct {
	Bytes, Offset int
	Relative      bool
}

// Entropy compares the entropy of a buffer's octets with [Lo, Hi]; an open bound
// is itself outside.
type Entropy struct {
	Bytes, Offset       int
	Lo, Hi              float64
	OpenLo, OpenHi, Neg bool
}

// Numeric is a condition on a numeric field.
type Numeric struct {
	Field buf.FieldID
	Range
	Index Index
}

// IPProto compares the IP protocol.
type IPProto struct{ Range }

// FlowCond is the flow keyword.
type FlowCond struct {
	Established, NotEstablished, Stateless bool
	OnlyStream, NoStream, NoFrag, OnlyFrag bool
}

// BitMask is flags and fragbits: Mod is "", "+", "*" or "!".
type BitMask struct {
	Kind         string
	Bits, Ignore uint8
	Mod          string
}

// Simple is a condition that is its name and arguments.
type Simple struct {
	Name    string
	Args    []string
	Negated bool
}

// Var is flowbits, flowint, xbits and hostbits.
type Var struct {
	Kind, Cmd, Name string
	Names           []string // flowbits with |
	Op              string   // flowint
	Value           uint32
	ValueVar        string
	Track           string
	Expire          uint32
}

// Event is decode-event, stream-event or app-layer-event.
type Event struct{ Kind, Name string }

// Threshold is threshold or detection_filter.
type Threshold struct {
	Type, Track    string
	Count, Seconds uint32
	Multiplier     uint32
	Unique         string
}

// LuaCond runs a script.
type LuaCond struct {
	Script  string
	Negated bool
	Pos     Position
	// Vars are the byte variables of the rule, by name.
	Vars map[string]int
}
