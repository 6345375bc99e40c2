package dns

import (
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// writeV2 is the object of version 2, which knows one question a message.
func (t *Tx) writeV2(w *event.Writer, o *Options) {
	m := &t.msg
	w.Obj("dns")
	w.Uint("version", 2)
	if t.response {
		w.StrConst("type", "answer")
		w.Uint("id", uint64(m.ID))
		m.writeFlags(w)
		t.writeQuestion(w, nil)
		m.writeRcode(w)
		m.writeRecords(w, o)
	} else {
		w.StrConst("type", "query")
		w.Uint("id", uint64(m.ID))
		t.writeQuestion(w, o)
		w.Uint("tx_id", t.id)
		if m.Flags&flagZ != 0 {
			w.Bool("z", true)
		}
		w.Uint("opcode", uint64(m.Flags>>11&15))
	}
	w.End()
}

// ClientFirst: records of version 2 name the client first, those of answers too.
func (t *Tx) ClientFirst() bool { return t.sh.opts.Version == 2 && t.sh.proto == input.AppDNS }

// writeQuestion writes the first question, of those that o asks for.
func (t *Tx) writeQuestion(w *event.Writer, o *Options) {
	m := &t.msg
	for i := range m.n[queries] {
		r := m.at(queries, i)
		if o != nil && !o.wants(r.typ) {
			continue
		}
		w.Str("rrname", m.octets(r.name))
		if r.name.flags&nameCut != 0 {
			w.Bool("rrname_truncated", true)
		}
		writeType(w, "rrtype", r.typ)
		return
	}
}
