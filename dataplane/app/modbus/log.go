package modbus

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// Log writes the transaction's record.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if !t.side[0].there && !t.side[1].there {
		return false
	}
	w.EventType("modbus")
	t.Meta(w)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("modbus")
	w.Uint("id", t.id+1)
	for i, key := range [...]string{"request", "response"} {
		if m := &t.side[i]; m.there {
			w.Obj(key)
			t.message(w, m)
			w.End()
		}
	}
	w.End()
}

func (t *Tx) message(w *event.Writer, m *message) {
	w.Uint("transaction_id", uint64(m.transaction))
	w.Uint("protocol_id", uint64(m.protocol))
	w.Uint("unit_id", uint64(m.unit))
	w.Uint("function_raw", uint64(m.function))
	w.StrConst("function_code", functionNames.or(uint16(m.code7()), "Unknown"))
	t.bits(w, "access_type", accessBits[:], m.access())
	t.bits(w, "category", categoryBits[:], m.category())
	t.bits(w, "error_flags", flawBits[:], uint8(m.flaws))
	switch m.kind {
	case exception:
		w.Obj("exception")
		w.Uint("raw", uint64(m.code))
		w.StrConst("code", exceptionNames.or(m.code, "Unknown"))
		w.End()
	case diagnostic:
		w.Obj("diagnostic")
		w.Uint("raw", uint64(m.code))
		w.StrConst("code", diagnosticNames.or(m.code, "Reserved"))
		w.Str("data", m.data)
		w.End()
	case mei:
		w.Obj("mei")
		w.Uint("raw", uint64(m.code))
		w.StrConst("code", meiNames.or(m.code, "Unknown"))
		w.Str("data", m.data)
		w.End()
	case octets:
		w.Str("data", m.data)
	default:
		logTables(w, m)
	}
}

// logTables writes what is read and written of the primary tables.
func logTables(w *event.Writer, m *message) {
	switch m.kind {
	case readRequest, readWriteMany:
		w.Obj("read")
		w.Uint("address", uint64(m.read))
		w.Uint("quantity", uint64(m.readQuantity))
		w.End()
	case readResponse:
		w.Obj("read")
		w.Str("data", m.data)
		w.End()
	}
	switch m.kind {
	case writeOne:
		w.Obj("write")
		w.Uint("address", uint64(m.address))
		w.Uint("data", uint64(m.value))
		w.End()
	case writeMask:
		w.Obj("write")
		w.Uint("address", uint64(m.address))
		w.Uint("and_mask", uint64(m.value))
		w.Uint("or_mask", uint64(m.or))
		w.End()
	case writeMany, readWriteMany:
		w.Obj("write")
		w.Uint("address", uint64(m.address))
		w.Uint("quantity", uint64(m.quantity))
		w.Str("data", m.data)
		w.End()
	}
}

// bits writes the names of the bits that are set, or NONE.
func (t *Tx) bits(w *event.Writer, key string, list []string, v uint8) {
	if v == 0 {
		w.StrConst(key, "NONE")
		return
	}
	b := t.sh.text[:0]
	for i, text := range list {
		if v>>i&1 == 0 {
			continue
		}
		if len(b) > 0 {
			b = append(b, " | "...)
		}
		b = append(b, text...)
	}
	w.Str(key, b)
}
