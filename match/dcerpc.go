package match

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// BDCE: the byte order is the one that the call's sender chose.
const BDCE uint16 = 1 << 3

// little is the byte order of op's number.
func (x *inspector) little(op *Op) bool {
	if op.Flags&BDCE != 0 && x.tx != nil {
		if t, ok := x.tx.tx.(input.ByteOrder); ok {
			return t.LittleEndian()
		}
	}
	return op.Flags&BLittle != 0
}

// numberInRanges asks whether a field's value lies in one of op's ranges.
func (e *Engine) numberInRanges(ref *txRef, op *Op, d input.Dir) outcome {
	v, a := ref.tx.Num(buf.FieldID(op.Field), d, 0)
	switch {
	case a == input.Wait:
		return pending
	case a != input.Done:
		return no
	}
	for l := e.b.Blob[op.Off : op.Off+op.Len]; len(l) >= 8; l = l[8:] {
		if lo, hi := binary.LittleEndian.Uint32(l), binary.LittleEndian.Uint32(l[4:]); v >= uint64(lo) && v <= uint64(hi) {
			return yes
		}
	}
	return no
}
