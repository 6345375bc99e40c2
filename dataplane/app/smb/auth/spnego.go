package auth

import "github.com/weir-ips/weir/dataplane/app/ber"

// maxItems bounds the elements that are read of a list.
const maxItems = 32

const (
	oidSPNEGO   = "\x2b\x06\x01\x05\x05\x02"             // 1.3.6.1.5.5.2
	oidKerberos = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02" // 1.2.840.113554.1.2.2
	oidMSKrb    = "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02" // 1.2.840.48018.1.2.2
	apReq       = "\x01\x00"                             // RFC 4121 section 4.1
	tagOID      = 0x06
	tagString   = 0x1b
	tagApp0     = 0x60
	tagAPReq    = 0x6e
	tagTicket   = 0x61
	tagContext  = 0xa0
)

// Ticket is what a Kerberos ticket says in the clear.
type Ticket struct {
	Realm []byte
	names ber.Reader
}

// Name is component i of the server's name; nil: there is none.
func (t *Ticket) Name(i int) []byte {
	r := t.names
	for k := range maxItems {
		_, in, ok := r.Next()
		if !ok {
			return nil
		}
		if k == i {
			return in.Bytes()
		}
	}
	return nil
}

// ReadTicket finds the ticket of an AP-REQ in the token of a NegTokenInit (RFC 4178
// section 4.2.1) whose mechanisms include Kerberos.
func ReadTicket(blob []byte) (t Ticket, ok bool) {
	r := ber.Read(blob)
	in := r.Take(tagApp0)
	oid := in.Take(tagOID)
	if string(oid.Bytes()) != oidSPNEGO {
		return t, false
	}
	in = in.Take(tagContext)
	in = in.Take(ber.Sequence)
	kerberos := false
	for range maxItems {
		tag, item, more := in.Next()
		if !more {
			return t, false
		}
		switch tag {
		case tagContext:
			kerberos = speaks(item)
		case tagContext | 2:
			token := item.Take(ber.Octets)
			if kerberos {
				return readAPReq(token.Bytes())
			}
		}
	}
	return t, false
}

// speaks reports whether a list of mechanisms has Kerberos.
func speaks(list ber.Reader) bool {
	list = list.Take(ber.Sequence)
	for range maxItems {
		tag, oid, ok := list.Next()
		if !ok {
			return false
		}
		if s := string(oid.Bytes()); tag == tagOID && (s == oidKerberos || s == oidMSKrb) {
			return true
		}
	}
	return false
}

// readAPReq reads the ticket of the initial token of RFC 4121 section 4.1.
func readAPReq(b []byte) (t Ticket, ok bool) {
	r := ber.Read(b)
	r = r.Take(tagApp0)
	oid := r.Take(tagOID)
	if s := string(oid.Bytes()); s != oidKerberos && s != oidMSKrb {
		return t, false
	}
	rest := r.Bytes()
	if len(rest) < 2 || string(rest[:2]) != apReq {
		return t, false
	}
	r = ber.Read(rest[2:])
	r = r.Take(tagAPReq)
	r = r.Take(ber.Sequence)
	for range maxItems {
		tag, in, more := r.Next()
		if !more {
			return t, false
		}
		if tag == tagContext|3 {
			return readTicket(in)
		}
	}
	return t, false
}

func readTicket(r ber.Reader) (t Ticket, ok bool) {
	r = r.Take(tagTicket)
	r = r.Take(ber.Sequence)
	for range maxItems {
		tag, in, more := r.Next()
		if !more {
			break
		}
		switch tag {
		case tagContext | 1:
			s := in.Take(tagString)
			t.Realm, ok = s.Bytes(), true
		case tagContext | 2:
			in = in.Take(ber.Sequence)
			in.Next() // its type
			in = in.Take(tagContext | 1)
			t.names = in.Take(ber.Sequence)
		}
	}
	return t, ok
}
