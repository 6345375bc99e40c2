package krb5

import (
	"github.com/weir-ips/weir/dataplane/app/ber"
)

// Types of messages (RFC 4120 section 7.5.7), which are the numbers of their
// tags, too.
const (
	asReq    = 10
	asRep    = 11
	tgsReq   = 12
	tgsRep   = 13
	apReq    = 14
	apRep    = 15
	krbError = 30
)

var typeNames = [...]string{asReq: "KRB_AS_REQ", asRep: "KRB_AS_REP", tgsReq: "KRB_TGS_REQ", tgsRep: "KRB_TGS_REP", apReq: "KRB_AP_REQ",
	apRep: "KRB_AP_REP", krbError: "KRB_ERROR"}

func typeName(t uint8) string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return ""
}

func isRequest(t uint8) bool { return t == asReq || t == tgsReq || t == apReq }

// begins reports whether b begins like a message: its tag, a sequence in it, and
// version 5 at its begin.
func begins(b []byte) ber.Completeness {
	tag, head, _, c := ber.Element(b)
	if len(b) > 0 && (b[0]&0xe0 != 0x60 || typeName(b[0]&0x1f) == "") {
		return ber.Wrong
	}
	if c != ber.Whole {
		return c
	}
	b = b[head:]
	t, head, _, c := ber.Element(b)
	if len(b) > 0 && b[0] != ber.Sequence {
		return ber.Wrong
	}
	if c != ber.Whole || t != ber.Sequence {
		return c
	}
	b = b[head:]
	version := "\xa0\x03\x02\x01\x05"
	if tag == 0x60|asReq || tag == 0x60|tgsReq {
		version = "\xa1\x03\x02\x01\x05"
	}
	n := min(len(b), len(version))
	switch {
	case string(b[:n]) != version[:n]:
		return ber.Wrong
	case n < len(version):
		return ber.Short
	}
	return ber.Whole
}

// message is what is read of one. Names are lists of strings (section 5.2.2).
type message struct {
	kind                      uint8
	cname, sname              ber.Reader
	realm                     []byte
	hasCName, hasSName        bool
	etype, ticket, err        int32
	hasEtype, hasTicket, hasE bool
}

// fields calls set with each element of a sequence, by the number of its tag.
func fields(r ber.Reader, set func(m *message, n byte, in ber.Reader), m *message) {
	r = r.Take(ber.Sequence)
	for range maxFields {
		tag, in, ok := r.Next()
		if !ok {
			return
		}
		if tag&0xe0 == 0xa0 {
			set(m, tag&0x1f, in)
		}
	}
}

// parse reads a message that begins as such; it may be cut.
func (m *message) parse(b []byte) {
	r := ber.Read(b)
	tag, in, _ := r.Next()
	m.kind = tag & 0x1f
	switch m.kind {
	case asReq, tgsReq:
		fields(in, request, m)
	case asRep, tgsRep:
		fields(in, reply, m)
	case krbError:
		fields(in, failure, m)
	}
}

func request(m *message, n byte, in ber.Reader) {
	if n == 4 {
		fields(in, requestBody, m)
	}
}

func requestBody(m *message, n byte, in ber.Reader) {
	switch n {
	case 1:
		m.cname, m.hasCName = name(in)
	case 2:
		m.realm = text(in)
	case 3:
		m.sname, m.hasSName = name(in)
	}
}

func reply(m *message, n byte, in ber.Reader) {
	switch n {
	case 3:
		m.realm = text(in)
	case 4:
		m.cname, m.hasCName = name(in)
	case 5:
		if tag, ticket, ok := in.Next(); ok && tag == 0x61 {
			fields(ticket, ticketField, m)
		}
	case 6:
		m.etype, m.hasEtype = encryption(in)
	}
}

func ticketField(m *message, n byte, in ber.Reader) {
	switch n {
	case 2:
		m.sname, m.hasSName = name(in)
	case 3:
		m.ticket, m.hasTicket = encryption(in)
	}
}

func failure(m *message, n byte, in ber.Reader) {
	switch n {
	case 6:
		m.err, m.hasE = signed(in)
	case 7:
		m.realm = text(in)
	case 8:
		m.cname, m.hasCName = name(in)
	case 10:
		m.sname, m.hasSName = name(in)
	}
}

// name is the list of strings of a PrincipalName.
func name(in ber.Reader) (list ber.Reader, ok bool) {
	in = in.Take(ber.Sequence)
	in.Next() // its type
	tag, list, ok := in.Next()
	return list.Take(ber.Sequence), ok && tag == 0xa1
}

// text is a KerberosString.
func text(in ber.Reader) []byte {
	_, s, _ := in.Next()
	return s.Bytes()
}

// encryption is the type of EncryptedData (section 5.2.9).
func encryption(in ber.Reader) (t int32, ok bool) {
	in = in.Take(ber.Sequence)
	if tag, n, ok := in.Next(); ok && tag == 0xa0 {
		return signed(n)
	}
	return 0, false
}

// signed is an Int32 (section 5.2.4).
func signed(in ber.Reader) (v int32, ok bool) {
	in = in.Take(ber.Integer)
	b := in.Bytes()
	if len(b) == 0 || len(b) > 4 {
		return 0, false
	}
	v = int32(int8(b[0]))
	for _, c := range b[1:] {
		v = v<<8 | int32(c)
	}
	return v, true
}
