package modbus

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a request and its response, or one of the two.
type Tx struct {
	sh     *shared
	id     uint64
	side   [2]message
	events uint16
	// done: nothing will be added.
	done bool
	det  input.TxDetect
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.done || d == input.ToServer }

// Progress is input.Tx's: the request is there from the start.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.Done(d) {
		return input.Complete
	}
	return 0
}

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Release is app.Tx's.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	for i := range t.side {
		sh.env.Keep.Later(t.side[i].raw)
	}
	*t = Tx{}
	sh.txs.Put(t)
}

// View is input.Tx's: there are no buffers.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num is input.Tx's: rules ask for the request.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	m := &t.side[0]
	if d != input.ToServer || !m.there {
		return 0, input.None
	}
	if id == buf.FieldModbusAddress {
		first, last, ok := m.addresses()
		switch {
		case ok && i == 0:
			return uint64(first), input.Done
		case ok && i == 1:
			return uint64(last), input.Done
		}
		return 0, input.None
	}
	if i > 0 {
		return 0, input.None
	}
	switch id {
	case buf.FieldModbusUnit:
		return uint64(m.unit), input.Done
	case buf.FieldModbusFunction:
		return uint64(m.code7()), input.Done
	case buf.FieldModbusCategory:
		return uint64(m.category()), input.Done
	case buf.FieldModbusAccess:
		return uint64(m.access()), input.Done
	case buf.FieldModbusSubfunction:
		if m.kind == diagnostic {
			return uint64(m.code), input.Done
		}
	}
	return 0, input.None
}

// WrittenAt is input.Written's.
func (t *Tx) WrittenAt(address uint16) (uint16, bool) { return t.side[0].written(address) }
