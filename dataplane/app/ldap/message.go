package ldap

import (
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/match/buf"
)

// Operations (RFC 4511 section 4.2 on) by the number of their tag.
const (
	opBindRequest      = 0
	opBindResponse     = 1
	opUnbindRequest    = 2
	opSearchRequest    = 3
	opSearchEntry      = 4
	opSearchDone       = 5
	opModifyRequest    = 6
	opModifyResponse   = 7
	opAddRequest       = 8
	opAddResponse      = 9
	opDelRequest       = 10
	opDelResponse      = 11
	opModDNRequest     = 12
	opModDNResponse    = 13
	opCompareRequest   = 14
	opCompareResponse  = 15
	opAbandonRequest   = 16
	opSearchReference  = 19
	opExtendedRequest  = 23
	opExtendedResponse = 24
	opIntermediate     = 25
	numOps             = 26
)

const (
	requests = 1<<opBindRequest | 1<<opUnbindRequest | 1<<opSearchRequest | 1<<opModifyRequest | 1<<opAddRequest | 1<<opDelRequest |
		1<<opModDNRequest | 1<<opCompareRequest | 1<<opAbandonRequest | 1<<opExtendedRequest
	// results have the parts of LDAPResult (section 4.1.9) at their begin.
	results = 1<<opBindResponse | 1<<opSearchDone | 1<<opModifyResponse | 1<<opAddResponse | 1<<opDelResponse | 1<<opModDNResponse |
		1<<opCompareResponse | 1<<opExtendedResponse
	// partial are responses behind which others come.
	partial    = 1<<opSearchEntry | 1<<opSearchReference | 1<<opIntermediate
	primitives = 1<<opUnbindRequest | 1<<opDelRequest | 1<<opAbandonRequest
)

func isRequest(op uint8) bool { return requests>>op&1 != 0 }
func isResult(op uint8) bool  { return results>>op&1 != 0 }

// Names as rules and records have them.
var (
	opNames = func() (n [numOps]string) {
		name(buf.FieldLDAPRequestOperation, func(s string, v uint64) { n[v] = s })
		return n
	}()
	resultNames = func() map[uint32]string {
		n := map[uint32]string{}
		name(buf.FieldLDAPResponsesResultCode, func(s string, v uint64) { n[uint32(v)] = s })
		return n
	}()
)

func name(id buf.FieldID, set func(string, uint64)) {
	for s, v := range buf.Field(id).Enum {
		set(s, v)
	}
}

// message is one LDAPMessage (section 4.1.1) and where its operation's content
// lies.
type message struct {
	id   uint32
	op   uint8
	body ber.Reader
	// tail is what stands behind the operation: controls, if anything.
	tail ber.Reader
}

// parse reads a message's envelope. It may be cut, at the end or anywhere.
func parse(b []byte) (m message, c ber.Completeness) {
	tag, head, size, c := ber.Element(b)
	switch {
	case c != ber.Whole:
		return m, c
	case tag != ber.Sequence || size < 5:
		return m, ber.Wrong
	}
	at := head
	if tag, head, n, c := ber.Element(b[at:]); c != ber.Whole {
		return m, c
	} else if tag != ber.Integer || n < 1 || n > 4 {
		return m, ber.Wrong
	} else if len(b) < at+head+int(n) {
		return m, ber.Short
	} else {
		at += head
		id, ok := ber.Value(b[at : at+int(n)])
		if !ok {
			return m, ber.Wrong
		}
		m.id = uint32(id)
		at += int(n)
	}
	tag, inner, n, c := ber.Element(b[at:])
	if len(b) > at && !known(b[at]) || uint64(at-head) > size {
		return m, ber.Wrong
	}
	if c != ber.Whole {
		return m, c
	}
	if n+uint64(at-head+inner) > size {
		return m, ber.Wrong
	}
	m.op = tag & 0x1f
	lo := at + inner
	m.body = ber.Reader{B: b, At: lo, End: lo + int(min(n, uint64(len(b)-lo)))}
	m.tail = ber.Reader{B: b, At: m.body.End, End: max(m.body.End, int(min(size+uint64(head), uint64(len(b)))))}
	return m, ber.Whole
}

// known reports whether a tag is that of an operation.
func known(tag byte) bool {
	op := tag & 0x1f
	if op >= numOps || (requests|results|partial)>>op&1 == 0 {
		return false
	}
	if primitives>>op&1 != 0 {
		return tag&^0x1f == 0x40
	}
	return tag&^0x1f == 0x60
}

// dn is the entry that a message names; false: it names none.
func (m *message) dn() (b []byte, ok bool) {
	r := m.body
	switch m.op {
	case opBindRequest:
		r.Take(ber.Integer)
	case opDelRequest:
		return r.Bytes(), true
	case opSearchRequest, opModifyRequest, opAddRequest, opModDNRequest, opCompareRequest, opSearchEntry:
	default:
		if !isResult(m.op) {
			return nil, false
		}
		r.Take(ber.Enum)
	}
	return r.Octets(), true
}

// result is the LDAPResult at the begin of a response; false: there is none.
func (m *message) result() (code uint32, dn, text []byte, ok bool) {
	r := m.body
	tag, in, there := r.Next()
	if !isResult(m.op) || !there || tag != ber.Enum {
		return 0, nil, nil, false
	}
	v, ok := ber.Value(in.Bytes())
	if !ok || v > 1<<31 {
		return 0, nil, nil, false
	}
	dn = r.Octets()
	return uint32(v), dn, r.Octets(), true
}

// control is the next one of a list (section 4.1.11).
func control(list *ber.Reader) (oid []byte, critical bool, value ber.Reader, has, ok bool) {
	tag, in, ok := list.Next()
	if !ok || tag != ber.Sequence {
		return nil, false, in, false, false
	}
	oid = in.Octets()
	critical = truth(in.Take(ber.Bool).Bytes())
	tag, value, has = in.Next()
	return oid, critical, value, has && tag == ber.Octets, true
}

// attributes is the list of attributes that a message has.
func (m *message) attributes() ber.Reader {
	r := m.body
	switch m.op {
	case opSearchRequest:
		for range 7 { // base, scope, deref, sizes, types, filter
			r.Next()
		}
	case opAddRequest, opModifyRequest, opSearchEntry:
		r.Next()
	case opCompareRequest:
		r.Next()
		return r // of one assertion
	default:
		return ber.Reader{}
	}
	return r.Take(ber.Sequence)
}

// attribute is the next one of a list: its type, and its values if the list has
// some.
func (m *message) attribute(list *ber.Reader) (name []byte, values ber.Reader, change uint64, ok bool) {
	_, in, ok := list.Next()
	switch {
	case !ok:
		return nil, in, 0, false
	case m.op == opSearchRequest:
		return in.Bytes(), ber.Reader{}, 0, true
	case m.op == opModifyRequest:
		change = in.Number(ber.Enum)
		in = in.Take(ber.Sequence)
	}
	name = in.Octets()
	return name, in.Take(ber.Set), change, true
}

// extension is the name and value of an extended operation (section 4.12), which
// stand in other tags in each message.
func (m *message) extension() (name, value []byte) {
	r := m.body
	nameTag, valueTag := byte(0x80), byte(0x81)
	switch m.op {
	case opExtendedRequest, opIntermediate:
	case opExtendedResponse:
		nameTag, valueTag = 0x8a, 0x8b
	default:
		return nil, nil
	}
	for range 8 {
		tag, in, ok := r.Next()
		if !ok {
			break
		}
		switch tag {
		case nameTag:
			name = in.Bytes()
		case valueTag:
			value = in.Bytes()
		}
	}
	return name, value
}
