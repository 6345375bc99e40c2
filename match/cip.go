package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// maxCIPParts bounds what is looked at of one message; its parser reads no more.
const maxCIPParts = 4096

func outcomeOf(holds bool) outcome {
	if holds {
		return yes
	}
	return no
}

// cipService asks whether a service of a message is the one of op, goes to its
// class and names its attribute.
func (e *Engine) cipService(ref *txRef, op *Op, d input.Dir) outcome {
	found, class, attribute := false, false, false
	for i := range maxCIPParts {
		v, a := ref.tx.Num(buf.FieldENIPCIPPart, d, i)
		if a == input.Wait {
			return pending
		}
		if a == input.None {
			break
		}
		value := v & 0xffffffff
		switch buf.CIPPart(v >> 32) {
		case buf.CIPService:
			found, class, attribute = value == uint64(op.A), op.B < 1, op.B < 2
		case buf.CIPClass:
			class = class || value == op.X
		case buf.CIPAttribute:
			attribute = attribute || value == op.Y
		}
		if found && class && attribute {
			return outcomeOf(!op.Neg)
		}
	}
	return outcomeOf(op.Neg)
}
