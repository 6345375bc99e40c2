package compile

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// tlsOp translates the conditions of TLS keywords; ok is false for others.
func (c *compiler) tlsOp(cond rule.Cond) (op match.Op, ok bool) {
	switch x := cond.(type) {
	case *rule.NumberIn:
		var list []byte
		for _, n := range x.List {
			list = binary.LittleEndian.AppendUint32(list, n)
		}
		op = match.Op{Code: match.OpNumberIn, Field: uint16(x.Field), Neg: x.Negated}
		op.Off, op.Len = c.t.put(list)
		return op, true
	case *rule.NumberRanges:
		var list []byte
		for _, r := range x.List {
			list = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(list, r[0]), r[1])
		}
		op = match.Op{Code: match.OpNumberInRanges, Field: uint16(x.Field)}
		op.Off, op.Len = c.t.put(list)
		return op, true
	case *rule.Frame:
		proto, _ := input.AppProtoOf(x.Proto)
		typ, ok := input.FrameID(proto, x.Name)
		return match.Op{Code: match.OpFrame, A: int32(typ), B: int32(proto)}, ok
	case *rule.CertDate:
		op = match.Op{Code: match.OpCertDate, Field: uint16(buf.FieldTLSNotAfter)}
		if x.Expired {
			op.A = 1
		}
		return op, true
	}
	return op, false
}
