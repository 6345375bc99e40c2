package dns

import (
	"strconv"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// flagWord is a header flag as an event shows it.
type flagWord struct {
	bit  uint16
	word string
}

var mdnsFlags = [...]flagWord{{flagAA, "aa"}, {flagTC, "tc"}, {flagRD, "rd"}, {flagRA, "ra"}, {flagZ, "z"},
	{flagAD, "ad"}, {flagCD, "cd"}}

// RFC 4795 section 2.1.1: conflict, truncation, tentative.
var llmnrFlags = [...]flagWord{{flagAA, "c"}, {flagTC, "tc"}, {flagRD, "t"}}

// writeLocal is the object of mDNS and LLMNR events.
func (t *Tx) writeLocal(w *event.Writer) {
	m := &t.msg
	w.Obj(t.sh.proto.String())
	if t.response {
		w.StrConst("type", "response")
	} else {
		w.StrConst("type", "request")
	}
	w.Uint("id", uint64(m.ID))
	words := mdnsFlags[:]
	if t.sh.proto == input.AppLLMNR {
		words = llmnrFlags[:]
	}
	open := false
	for _, f := range words {
		if m.Flags&f.bit == 0 {
			continue
		}
		if !open {
			w.Arr("flags")
			open = true
		}
		w.StrConst("", f.word)
	}
	if open {
		w.End()
	}
	w.Uint("opcode", uint64(m.Flags>>11&15))
	if t.sh.proto == input.AppMDNS {
		w.Uint("rcode", uint64(m.Flags&15))
	}
	if m.n[queries] > 0 {
		w.Arr("queries")
		for i := 0; i < m.n[queries] && !w.Full(); i++ {
			r := m.at(queries, i)
			w.Obj("")
			w.Str("rrname", m.octets(r.name))
			if int(r.typ) < len(rrLower) && rrLower[r.typ] != "" {
				w.StrConst("rrtype", rrLower[r.typ])
			} else {
				writeType(w, "rrtype", r.typ)
			}
			if r.name.flags&nameCut != 0 {
				w.Bool("rrname_truncated", true)
			}
			w.End()
		}
		w.End()
	}
	m.localSection(w, "answers", answers)
	m.localSection(w, "authorities", authorities)
	m.localSection(w, "additionals", additionals)
	w.End()
}

// localSection writes a section's records, each under its type's name.
func (m *Message) localSection(w *event.Writer, key string, s section) {
	open := false
	for i := 0; i < m.n[s] && !w.Full(); i++ {
		r := m.at(s, i)
		if s == additionals && r.typ == typeOPT && r.raw.n == 0 {
			continue
		}
		if !open {
			w.Arr(key)
			open = true
		}
		w.Obj("")
		w.Str("rrname", m.octets(r.name))
		if r.name.flags&nameCut != 0 {
			w.Bool("rrname_truncated", true)
		}
		m.localData(w, &r)
		w.End()
	}
	if open {
		w.End()
	}
}

func (m *Message) localData(w *event.Writer, r *record) {
	var digits [5]byte
	key := string(strconv.AppendUint(digits[:0], uint64(r.typ), 10))
	if int(r.typ) < len(rrLower) && rrLower[r.typ] != "" {
		key = rrLower[r.typ]
	}
	switch r.typ {
	case typeA, typeAAAA:
		writeAddress(w, key, m.octets(r.raw))
	case typeCNAME, typeMX, typeNS, typePTR:
		w.Str(key, m.octets(r.one))
		if r.one.flags&nameCut != 0 {
			w.Bool("rdata_truncated", true)
		}
	case typeTXT:
		w.Arr(key)
		m.writeStrings(w, r)
		w.End()
	case typeSOA:
		m.writeSOA(w, key, r)
	case typeSSHFP:
		m.writeSSHFP(w, key, r)
	case typeSRV:
		m.writeSRV(w, key, r)
	case typeOPT:
		m.writeOPT(w, key, r)
	default:
		w.Str(key, m.octets(r.raw))
	}
}
