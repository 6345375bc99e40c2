package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Flags of OpModbusAddress: a range does not hold where it holds; there is a value,
// from C to D.
const (
	MNegAddress uint16 = 1 << iota
	MValue
	MNegValue
)

// modbusAddress asks whether the addresses that a request goes to (counted from 1)
// are among those from A to B, and what is written to A.
func (e *Engine) modbusAddress(ref *txRef, op *Op, d input.Dir) outcome {
	lo, a := ref.tx.Num(buf.FieldModbusAddress, d, 0)
	if a == input.Wait {
		return pending
	}
	hi, b := ref.tx.Num(buf.FieldModbusAddress, d, 1)
	if a != input.Done || b != input.Done {
		return no
	}
	if meets := uint64(op.A) <= hi && lo <= uint64(op.B); meets == (op.Flags&MNegAddress != 0) {
		return no
	}
	if op.Flags&MValue == 0 {
		return yes
	}
	w, ok := ref.tx.(input.Written)
	if !ok {
		return no
	}
	v, ok := w.WrittenAt(uint16(op.A))
	if !ok {
		return no
	}
	in := int32(v) >= op.C && int32(v) <= op.D
	return outcomeOf(in != (op.Flags&MNegValue != 0))
}
