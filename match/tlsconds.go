package match

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// txMore judges the less common conditions on transactions that look at no
// buffer.
func (e *Engine) txMore(ref *txRef, op *Op, d input.Dir) outcome {
	switch op.Code {
	case OpNumberIn:
		return e.numberIn(ref, op, d)
	case OpNumberInRanges:
		return e.numberInRanges(ref, op, d)
	case OpCertDate:
		return e.certDate(ref, op, d)
	case OpCIPService:
		return e.cipService(ref, op, d)
	case OpModbusAddress:
		return e.modbusAddress(ref, op, d)
	}
	return no
}

// numberIn asks whether one of a field's values is in the list of op.
func (e *Engine) numberIn(ref *txRef, op *Op, d input.Dir) outcome {
	list := e.b.Blob[op.Off : op.Off+op.Len]
	found := false
	for i := 0; i < maxInstances; i++ {
		v, a := ref.tx.Num(buf.FieldID(op.Field), d, i)
		if a == input.Wait {
			return pending
		}
		if a == input.None {
			if i == 0 {
				return no
			}
			break
		}
		for l := list; len(l) >= 4; l = l[4:] {
			if uint64(binary.LittleEndian.Uint32(l)) == v {
				found = true
			}
		}
	}
	switch {
	case found != op.Neg:
		return yes
	case ref.done(input.ToServer) && ref.done(input.ToClient):
		return no
	}
	// States come and go, and a version may still be negotiated.
	return pending
}

// certDate compares the dates of a certificate with the packet's time.
func (e *Engine) certDate(ref *txRef, op *Op, d input.Dir) outcome {
	before, a := ref.tx.Num(buf.FieldTLSNotBefore, d, 0)
	if a == input.Wait {
		return pending
	}
	after, b := ref.tx.Num(buf.FieldTLSNotAfter, d, 0)
	if a != input.Done || b != input.Done {
		return no
	}
	now := e.insp.pkt.TimeUS / 1e6
	expired := int64(after) < now
	if op.A == 1 && expired || op.A == 0 && !expired && int64(before) <= now {
		return yes
	}
	return no
}
