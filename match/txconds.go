package match

import "github.com/weir-ips/weir/match/input"

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
		case OpAppLayerState:
			o = e.stateIs(ref, op)
		case OpUint:
			o = e.txNumber(ref, op, d)
		case OpLua:
			o = e.luaTx(ref, op, d)
		case OpXbits:
			// A bit of the transaction may be set by a later packet.
			o = pending
			if e.state.Bits(op, e.insp.pkt, ref.tx.ID()) {
				o = yes
			} else if ref.done(d) {
				o = no
			}
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

// done reports whether nothing more will come in a direction: progress has
// reached its end.
func (ref *txRef) done(d input.Dir) bool { return ref.tx.Progress(d) == input.Complete }
