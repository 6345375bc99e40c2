package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// txConds judges conditions on a transaction that look at no buffer: numbers
// and events.
func (e *Engine) txConds(ref *txRef, l *ListRec) outcome {
	ops := e.b.Ops[l.Ops.Off : l.Ops.Off+l.Ops.N]
	d := ref.dir
	if l.Dir != 0 {
		d = l.Dir
	}
	if l.Files {
		return e.fileConds(ref, ops, d)
	}
	for i := range ops {
		op := &ops[i]
		o := no
		switch op.Code {
		case OpUint:
			o = e.txNumber(ref, op, d)
		case OpAppEvent:
			o = pending
			if ref.tx.Event(uint16(op.A)) {
				o = yes
			} else if ref.done(input.ToServer) && ref.done(input.ToClient) {
				// Either side may raise it.
				o = no
			}
		default:
			o = e.txMore(ref, op, d)
		}
		if o != yes {
			return o
		}
	}
	return yes
}

// txNumber compares a numeric field, any instance of it.
func (e *Engine) txNumber(ref *txRef, op *Op, d input.Dir) outcome {
	for i := 0; i < maxInstances; i++ {
		v, a := ref.tx.Num(buf.FieldID(op.Field), d, i)
		switch a {
		case input.Wait:
			return pending
		case input.None:
			return no
		}
		if op.inRange(v) != op.Neg {
			return yes
		}
	}
	return no
}

// done reports whether nothing more will come in a direction: progress has
// reached its end.
func (ref *txRef) done(d input.Dir) bool { return ref.tx.Progress(d) == input.Complete }
