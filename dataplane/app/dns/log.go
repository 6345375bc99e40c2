package dns

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Log writes the message's event; false when the options leave it out.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	o := t.sh.opts
	if t.response && !o.Responses || !t.response && !o.Requests {
		return false
	}
	if t.sh.proto != input.AppDNS {
		// Multicast answers have no questions to go by.
		if o.types != nil && t.msg.n[queries] > 0 && !t.msg.asks(o) {
			return false
		}
		w.EventType(t.sh.proto.String())
		t.writeLocal(w)
		return true
	}
	if !t.msg.asks(o) {
		return false
	}
	w.EventType("dns")
	if o.Version == 2 {
		t.writeV2(w, o)
	} else {
		t.write(w, o)
	}
	return true
}

// Meta writes the object of alerts.
func (t *Tx) Meta(w *event.Writer) {
	if t.sh.proto != input.AppDNS {
		t.writeLocal(w)
		return
	}
	t.write(w, alertOptions)
}

// asks reports whether one of the questions is of a type that is logged.
func (m *Message) asks(o *Options) bool {
	for i := range m.n[queries] {
		if r := m.at(queries, i); o.wants(r.typ) {
			return true
		}
	}
	return false
}

// write is the object of version 3.
func (t *Tx) write(w *event.Writer, o *Options) {
	w.Obj("dns")
	w.Uint("version", 3)
	if t.response {
		w.StrConst("type", "response")
	} else {
		w.StrConst("type", "request")
	}
	w.Uint("tx_id", t.id)
	t.msg.Write(w, o)
	w.End()
}

// Write writes a message's members in version 3: the header, then its records.
func (m *Message) Write(w *event.Writer, o *Options) {
	w.Uint("id", uint64(m.ID))
	m.writeFlags(w)
	m.writeRcode(w)
	if m.n[queries] > 0 {
		w.Arr("queries")
		for i := range m.n[queries] {
			r := m.at(queries, i)
			if !o.wants(r.typ) || w.Full() {
				continue
			}
			w.Obj("")
			w.Str("rrname", m.octets(r.name))
			writeType(w, "rrtype", r.typ)
			if r.name.flags&nameCut != 0 {
				w.Bool("rrname_truncated", true)
			}
			w.End()
		}
		w.End()
	}
	m.writeRecords(w, o)
}

// writeFlags writes the header's flags and opcode.
func (m *Message) writeFlags(w *event.Writer) {
	var b [4]byte
	w.Str("flags", strconv.AppendUint(b[:0], uint64(m.Flags), 16))
	for _, f := range [...]struct {
		bit uint16
		key string
	}{{flagQR, "qr"}, {flagAA, "aa"}, {flagTC, "tc"}, {flagRD, "rd"}, {flagRA, "ra"}, {flagZ, "z"}} {
		if m.Flags&f.bit != 0 {
			w.Bool(f.key, true)
		}
	}
	w.Uint("opcode", uint64(m.Flags>>11&15))
}

func (m *Message) writeRcode(w *event.Writer) {
	code := m.Flags & 15
	if name := rcodes[code]; name != "" {
		w.StrConst("rcode", name)
		return
	}
	var b [2]byte
	w.Str("rcode", strconv.AppendUint(b[:0], uint64(code), 10))
}

// writeRecords writes answers in the forms asked for, and the other sections.
func (m *Message) writeRecords(w *event.Writer, o *Options) {
	if m.n[answers] > 0 {
		if o.Detailed {
			m.writeSection(w, "answers", answers)
		}
		if o.Grouped {
			m.writeGrouped(w)
		}
	}
	if m.n[authorities] > 0 {
		m.writeSection(w, "authorities", authorities)
	}
	for i := range m.n[additionals] {
		if r := m.at(additionals, i); r.typ != typeOPT || r.raw.n > 0 {
			m.writeSection(w, "additionals", additionals)
			break
		}
	}
}

// writeSection writes all records of a section but empty EDNS ones.
func (m *Message) writeSection(w *event.Writer, key string, s section) {
	w.Arr(key)
	for i := 0; i < m.n[s] && !w.Full(); i++ {
		r := m.at(s, i)
		switch {
		case s == additionals && r.typ == typeOPT && r.raw.n == 0:
		case r.typ == typeTXT:
			// Every string is an answer of its own.
			for b := m.octets(r.raw); len(b) > 0; b = b[1+int(b[0]):] {
				m.openRecord(w, &r)
				w.Str("rdata", b[1:1+int(b[0])])
				w.End()
			}
		default:
			m.openRecord(w, &r)
			m.writeData(w, &r)
			w.End()
		}
	}
	w.End()
}

func (m *Message) openRecord(w *event.Writer, r *record) {
	w.Obj("")
	w.Str("rrname", m.octets(r.name))
	if r.name.flags&nameCut != 0 {
		w.Bool("rrname_truncated", true)
	}
	writeType(w, "rrtype", r.typ)
	w.Uint("ttl", uint64(r.ttl))
}

// writeType writes a record type by name, or number.
func writeType(w *event.Writer, key string, typ uint16) {
	if int(typ) < len(rrTypes) && rrTypes[typ] != "" {
		w.StrConst(key, rrTypes[typ])
		return
	}
	var b [5]byte
	w.Str(key, strconv.AppendUint(b[:0], uint64(typ), 10))
}
