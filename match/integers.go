package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Flags of conditions on numbers (OpUint, OpBSize, OpDsize, OpIPProto).
const (
	FMask     uint16 = 1 << iota // Y is what the number under the mask X must be
	FIndexSub                    // C and D bound the values that are looked at
	FCountNeg                    // the range Off..Len of a count is negated

)

// Which of several values a condition is about, in Op.A of OpUint.
const (
	IndexAny         int32 = iota
	IndexAll               // at least one, and all hold
	IndexAllOrAbsent       // all hold, or there is none
	IndexOrAbsent          // one holds, or there is none
	IndexAt                // the one at B; negative: from the end
	IndexAtOrOut           // the one at B holds or is not there
	IndexMatches           // Off..Len of them hold
	IndexCount             // there are Off..Len of them
)

// holds compares a number.
func (op *Op) holds(v uint64) bool {
	if op.Flags&FMask != 0 {
		return (v&op.X == op.Y) != op.Neg
	}
	return (op.X <= v && v <= op.Y) != op.Neg
}

// simpleAny reports whether the first value that holds decides.
func (op *Op) simpleAny() bool { return op.A == IndexAny && op.Flags&FIndexSub == 0 }

// bounds are the values that are looked at, of n: [from, to).
func (op *Op) bounds(n int) (from, to int) {
	if op.Flags&FIndexSub == 0 {
		return 0, n
	}
	from, to = int(op.C), int(op.D)
	if from < 0 {
		from += n
	}
	if to < 0 {
		to += n
	}
	if from < 0 || to > n || from > to {
		return 0, 0
	}
	return from, to
}

// at is the place that IndexAt means among n values; ok is false when there is
// none.
func (op *Op) at(n int) (i int, ok bool) {
	i = int(op.B)
	if i < 0 {
		i += n
	}
	return i, i >= 0 && i < n
}

// selected decides an indexed condition: n values, hits of them hold.
func (op *Op) selected(n, hits int) bool {
	switch op.A {
	case IndexAll:
		return n > 0 && hits == n
	case IndexAllOrAbsent:
		return hits == n
	case IndexOrAbsent:
		return n == 0 || hits > 0
	case IndexMatches:
		return op.counted(hits)
	case IndexCount:
		return op.counted(n)
	}
	return hits > 0
}

func (op *Op) counted(n int) bool {
	return (op.Off <= uint32(n) && uint32(n) <= op.Len) != (op.Flags&FCountNeg != 0)
}

// txNumber compares a numeric field of a transaction. A condition on one value
// holds as soon as one does; one on all of them waits until no more can come.
func (e *Engine) txNumber(ref *txRef, op *Op, d input.Dir) outcome {
	id := buf.FieldID(op.Field)
	if op.simpleAny() {
		for i := 0; i < maxInstances; i++ {
			v, a := ref.tx.Num(id, d, i)
			switch a {
			case input.Wait:
				return pending
			case input.None:
				return no
			}
			if op.holds(v) {
				return yes
			}
		}
		return no
	}
	n := 0
	for ; n < maxInstances; n++ {
		_, a := ref.tx.Num(id, d, n)
		if a == input.Wait {
			return pending
		}
		if a == input.None {
			break
		}
	}
	if !ref.done(d) {
		return pending
	}
	from, to := op.bounds(n)
	if op.A == IndexAt || op.A == IndexAtOrOut {
		i, ok := op.at(to - from)
		if !ok {
			return decided(op.A == IndexAtOrOut)
		}
		v, _ := ref.tx.Num(id, d, from+i)
		return decided(op.holds(v))
	}
	hits := 0
	for i := from; i < to; i++ {
		if v, _ := ref.tx.Num(id, d, i); op.holds(v) {
			hits++
		}
	}
	return decided(op.selected(to-from, hits))
}

func decided(ok bool) outcome {
	if ok {
		return yes
	}
	return no
}

// packetNumber compares a numeric field of a packet.
func packetNumber(op *Op, p *input.Packet) bool {
	f := Field(op.Field)
	if f != FieldVLANID && f != FieldSCTPChunkType && f != FieldFlowPktsEither && f != FieldFlowBytesEither {
		v, ok := packetField(f, p)
		return ok && op.holds(v)
	}
	n := packetValues(f, p)
	from, to := op.bounds(n)
	if op.A == IndexAt || op.A == IndexAtOrOut {
		i, ok := op.at(to - from)
		if !ok {
			return op.A == IndexAtOrOut
		}
		return op.holds(packetValue(f, p, from+i))
	}
	hits := 0
	for i := from; i < to; i++ {
		if op.holds(packetValue(f, p, i)) {
			hits++
		}
	}
	return op.selected(to-from, hits)
}

// packetValues is how many values a field with several has.
func packetValues(f Field, p *input.Packet) int {
	switch f {
	case FieldVLANID:
		return int(p.VLANCount)
	case FieldSCTPChunkType:
		n := 0
		for at := sctpFirst(p); at > 0; at = sctpNext(p, at) {
			n++
		}
		return n
	}
	if p.Flow == nil {
		return 0
	}
	return 2
}

func packetValue(f Field, p *input.Packet, i int) uint64 {
	switch f {
	case FieldVLANID:
		return uint64(p.VLAN[i])
	case FieldSCTPChunkType:
		at := sctpFirst(p)
		for ; i > 0 && at > 0; i-- {
			at = sctpNext(p, at)
		}
		if at > 0 {
			return uint64(p.Frame[at])
		}
		return 0
	case FieldFlowPktsEither:
		return [2]uint64{p.Flow.PktsTS, p.Flow.PktsTC}[i]
	}
	return [2]uint64{p.Flow.BytesTS, p.Flow.BytesTC}[i]
}
