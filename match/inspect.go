package match

import "github.com/weir-ips/weir/match/input"

// maxVars is the most byte variables (byte_extract, byte_math) of a rule.
const maxVars = 16

// inspector runs the conditions of one list over one buffer. It backtracks: a
// content that a later relative condition depends on is tried at each place
// where it occurs, until the rest of the list holds.
type inspector struct {
	e     *Engine
	b     *Bundle
	pkt   *input.Packet
	app   input.AppProto
	tx    *txRef
	vars  [maxVars]uint64
	steps int

	ops     []Op
	data    []byte
	start   uint64 // where data stands in its stream or body
	first   bool   // data begins the buffer
	last    bool   // data ends the buffer
	decoded []byte // what base64_decode made
	end     int    // where the last condition of a list that holds ended
	room    [16]byte
	// seen octets of data were inspected before and are given so that a pattern cut
	// between two looks is found; reach is where the furthest match of the list
	// ends so far.
	seen, reach int
}

// verdict of a step: whether the list holds, and if not, whether trying an
// earlier content at another place can help.
type step int8

const (
	stepNo    step = iota // try elsewhere
	stepNever             // nothing earlier can change this
	stepYes
)

func (x *inspector) begin(p *input.Packet, app input.AppProto) {
	x.pkt, x.app, x.tx = p, app, nil
}

// run inspects a list over data. first and last say whether data starts and
// ends the buffer: depth and offset count from the buffer's start, endswith
// from its end.
func (x *inspector) run(l *ListRec, data []byte, start uint64, first, last bool) bool {
	x.ops = x.b.Ops[l.Ops.Off : l.Ops.Off+l.Ops.N]
	x.data, x.start, x.first, x.last = data, start, first, last
	x.steps = x.e.limits.Steps
	x.decoded = nil
	x.seen, x.reach = 0, 0
	return x.step(0, 0) == stepYes
}

// runBehind is run for octets of which the first seen were inspected before: a
// list holds only when something of it matches behind them. The end of what came so
// far counts as the end (endswith): a sender ends its messages with a segment.
func (x *inspector) runBehind(l *ListRec, data []byte, start uint64, seen int) bool {
	x.ops = x.b.Ops[l.Ops.Off : l.Ops.Off+l.Ops.N]
	x.data, x.start, x.first, x.last = data, start, start == 0, true
	x.steps = x.e.limits.Steps
	x.decoded = nil
	x.seen, x.reach = seen, 0
	return x.step(0, 0) == stepYes
}

// runAbsent decides a list whose buffer does not exist: it holds when it is made
// of `absent` alone or of conditions that absence satisfies.
func (x *inspector) runAbsent(l *ListRec) bool {
	ops := x.b.Ops[l.Ops.Off : l.Ops.Off+l.Ops.N]
	for i := range ops {
		if ops[i].Code == OpAbsent {
			return true
		}
	}
	return false
}

// step runs the conditions from i on; pos is where the last match ended.
// The recursion is as deep as the list is long.
func (x *inspector) step(i, pos int) step {
	if i == len(x.ops) {
		if x.reach > 0 && x.reach <= x.seen {
			return stepNo // an old match; a later one may be new
		}
		x.end = pos
		return stepYes
	}
	if x.steps--; x.steps < 0 {
		x.e.Stats.StepsExceeded++
		return stepNever
	}
	op := &x.ops[i]
	switch op.Code {
	case OpContent:
		return x.content(op, i, pos)
	case OpPCRE:
		return x.pcre(op, i, pos)
	case OpIsDataAt:
		if !x.isDataAt(op, pos) {
			return x.missByte(op)
		}
		return x.step(i+1, pos)
	case OpByteTest:
		if !x.byteTest(op, pos) {
			return x.missByte(op)
		}
		return x.step(i+1, pos)
	case OpByteJump:
		to, ok := x.byteJump(op, pos)
		if !ok {
			return x.missByte(op)
		}
		return x.step(i+1, to)
	case OpByteExtract:
		to, ok := x.byteExtract(op, pos)
		if !ok {
			return x.missByte(op)
		}
		return x.step(i+1, to)
	case OpByteMath:
		to, ok := x.byteMath(op, pos)
		if !ok {
			return x.missByte(op)
		}
		return x.step(i+1, to)
	case OpFrame:
		return x.then(x.tx != nil && x.tx.frame && x.tx.ftype == uint8(op.A) && x.tx.app == input.AppProto(op.B), op, i, pos)
	case OpBSize:
		return x.then(x.bsize(op), op, i, pos)
	case OpAbsent:
		// The buffer is there: only `absent: or_else` goes on.
		return x.then(op.A != 0, op, i, pos)
	case OpBase64Decode:
		if !x.base64Decode(op, pos) {
			// What is behind base64_data finds nothing; the rest goes on.
			x.decoded = nil
		}
		return x.step(i+1, pos)
	case OpBase64Data:
		return x.base64Data(i)
	case OpEntropy:
		return x.then(x.entropy(op), op, i, pos)
	case OpASN1:
		return x.then(x.asn1(op, pos), op, i, pos)
	case OpDataset:
		return x.then(x.dataset(op), op, i, pos)
	case OpLuaBuffer:
		return x.then(x.lua(op), op, i, pos)
	case OpDatarep:
		return x.then(x.datarep(op), op, i, pos)
	case OpUint:
		// A numeric condition among those of a buffer (urilen and its kin).
		return x.then(op.holds(uint64(len(x.data))), op, i, pos)
	}
	return stepNever
}

// then goes on when a condition holds.
func (x *inspector) then(ok bool, op *Op, i, pos int) step {
	if !ok {
		return x.miss(op)
	}
	return x.step(i+1, pos)
}

// miss is the outcome of a condition that failed: when it stands relative to an
// earlier match, another place of that match may satisfy it.
func (x *inspector) miss(op *Op) step {
	if op.Flags&(FRelative|FDistance|FWithin|FVarDepth|FVarOffset|FVarDistance|FVarWithin) != 0 {
		return stepNo
	}
	return stepNever
}

// operand is a number or, when flagged, the value of a byte variable.
func (x *inspector) operand(v int32, flags, isVar uint16) int {
	if flags&isVar == 0 {
		return int(v)
	}
	u := x.vars[uint32(v)%maxVars]
	if u > 1<<31 {
		return 1 << 31
	}
	return int(u)
}
