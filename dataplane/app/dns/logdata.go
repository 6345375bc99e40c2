package dns

import (
	"encoding/binary"

	"github.com/weir-ips/weir/event"
)

// writeData writes what a record carries; nothing for types that are not read.
func (m *Message) writeData(w *event.Writer, r *record) {
	switch r.typ {
	case typeA, typeAAAA:
		writeAddress(w, "rdata", m.octets(r.raw))
	case typeCNAME, typeMX, typeNS, typePTR:
		w.Str("rdata", m.octets(r.one))
		if r.one.flags&nameCut != 0 {
			w.Bool("rdata_truncated", true)
		}
	case typeNULL:
		w.Str("rdata", m.octets(r.raw))
	case typeSOA:
		m.writeSOA(w, "soa", r)
	case typeSSHFP:
		m.writeSSHFP(w, "sshfp", r)
	case typeSRV:
		m.writeSRV(w, "srv", r)
	case typeOPT:
		m.writeOPT(w, "opt", r)
	}
}

// grouped are the types whose data `grouped` gathers.
var grouped = [...]uint16{typeA, typeNS, typeCNAME, typeSOA, typeNULL, typePTR, typeMX, typeTXT, typeAAAA, typeSRV, typeSSHFP}

// writeGrouped writes the answers' data by type.
func (m *Message) writeGrouped(w *event.Writer) {
	w.Obj("grouped")
	for _, typ := range grouped {
		open := false
		for i := 0; i < m.n[answers] && !w.Full(); i++ {
			r := m.at(answers, i)
			if r.typ != typ {
				continue
			}
			if !open {
				w.Arr(rrTypes[typ])
				open = true
			}
			switch typ {
			case typeA, typeAAAA:
				writeAddress(w, "", m.octets(r.raw))
			case typeCNAME, typeMX, typeNS, typePTR:
				w.Str("", m.octets(r.one))
			case typeTXT:
				m.writeStrings(w, &r)
			case typeNULL:
				w.Str("", m.octets(r.raw))
			case typeSOA:
				m.writeSOA(w, "", &r)
			case typeSSHFP:
				m.writeSSHFP(w, "", &r)
			case typeSRV:
				m.writeSRV(w, "", &r)
			}
		}
		if open {
			w.End()
		}
	}
	w.End()
}

func (m *Message) writeStrings(w *event.Writer, r *record) {
	for b := m.octets(r.raw); len(b) > 0; b = b[1+int(b[0]):] {
		w.Str("", b[1:1+int(b[0])])
	}
}

// writeAddress writes an address; one of another length is empty.
func writeAddress(w *event.Writer, key string, b []byte) {
	var a [16]byte
	copy(a[:], b)
	switch len(b) {
	case 4:
		w.IP(key, &a, 4)
	case 16:
		w.IP(key, &a, 6)
	default:
		w.StrConst(key, "")
	}
}

func (m *Message) writeSOA(w *event.Writer, key string, r *record) {
	w.Obj(key)
	w.Str("mname", m.octets(r.one))
	if r.one.flags&nameCut != 0 {
		w.Bool("mname_truncated", true)
	}
	w.Str("rname", m.octets(r.two))
	if r.two.flags&nameCut != 0 {
		w.Bool("rname_truncated", true)
	}
	b := m.octets(r.raw)
	for i, k := range [...]string{"serial", "refresh", "retry", "expire", "minimum"} {
		w.Uint(k, uint64(binary.BigEndian.Uint32(b[4*i:])))
	}
	w.End()
}

func (m *Message) writeSSHFP(w *event.Writer, key string, r *record) {
	b := m.octets(r.raw)
	w.Obj(key)
	w.HexColon("fingerprint", b[2:])
	w.Uint("algo", uint64(b[0]))
	w.Uint("type", uint64(b[1]))
	w.End()
}

func (m *Message) writeSRV(w *event.Writer, key string, r *record) {
	b := m.octets(r.raw)
	w.Obj(key)
	for i, k := range [...]string{"priority", "weight", "port"} {
		w.Uint(k, uint64(binary.BigEndian.Uint16(b[2*i:])))
	}
	w.Str("name", m.octets(r.one))
	w.End()
}

func (m *Message) writeOPT(w *event.Writer, key string, r *record) {
	w.Arr(key)
	for b := m.octets(r.raw); len(b) >= 4; {
		n := int(binary.BigEndian.Uint16(b[2:]))
		w.Obj("")
		w.Uint("code", uint64(binary.BigEndian.Uint16(b)))
		w.Hex("data", b[4:4+n])
		w.End()
		b = b[4+n:]
	}
	w.End()
}
