package tls

import (
	"strconv"
	"unicode/utf8"

	"github.com/weir-ips/weir/dataplane/slab"
)

// maxText bounds what is written of one certificate, octets.
const maxText = 1<<16 - 1

// text is written piece by piece into parser memory.
type text struct {
	keep *slab.Deferred
	b    []byte
	// full: no memory. cut: there was more than maxText.
	full, cut bool
}

func (t *text) add(p []byte) {
	if len(t.b)+len(p) > maxText {
		t.cut = true
		return
	}
	out, ok := t.keep.Append(t.b, p)
	if !ok {
		t.full = true
		return
	}
	t.b = out
}

func (t *text) str(s string) {
	var buf [32]byte
	for len(s) > 0 {
		n := copy(buf[:], s)
		t.add(buf[:n])
		s = s[n:]
	}
}

func (t *text) num(v uint64) {
	var buf [20]byte
	t.add(strconv.AppendUint(buf[:0], v, 10))
}

// hex writes octets as digits with colons between.
func (t *text) hex(b []byte, digits string) {
	for i, c := range b {
		d := [3]byte{':', digits[c>>4], digits[c&15]}
		if i == 0 {
			t.add(d[1:])
		} else {
			t.add(d[:])
		}
	}
}

const upperDigits = "0123456789ABCDEF"

// attributes names the parts of a distinguished name; others are shown by their
// object identifier. The keys are identifiers in DER.
var attributes = map[string]string{
	"\x55\x04\x03": "CN", "\x55\x04\x04": "surname", "\x55\x04\x05": "serialNumber", "\x55\x04\x06": "C",
	"\x55\x04\x07": "L", "\x55\x04\x08": "ST", "\x55\x04\x09": "streetAddress", "\x55\x04\x0a": "O",
	"\x55\x04\x0b": "OU", "\x55\x04\x0c": "title", "\x55\x04\x0d": "description", "\x55\x04\x0f": "businessCategory",
	"\x55\x04\x10": "postalAddress", "\x55\x04\x11": "postalCode", "\x55\x04\x29": "name", "\x55\x04\x2a": "givenName",
	"\x55\x04\x2b": "initials", "\x55\x04\x2c": "generationQualifier", "\x55\x04\x2d": "uniqueIdentifier",
	"\x55\x04\x2e": "dnQualifier", "\x55\x04\x41": "pseudonym", "\x55\x04\x61": "organizationIdentifier",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01":         "Email",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02":         "unstructuredName",
	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01":     "userId",
	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19":     "DC",
	"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01": "jurisdictionL",
	"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02": "jurisdictionST",
	"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03": "jurisdictionC",
}

// attribute takes the next attribute off a distinguished name; set is what is left
// of the relative name at hand.
func attribute(name, set []byte) (oid []byte, value element, rest, left []byte, first, ok bool) {
	if len(set) == 0 {
		first = true
		if set, name, ok = want(name, tagSet); !ok || len(set) == 0 {
			return nil, value, nil, nil, false, false
		}
	}
	pair, set, ok := want(set, tagSequence)
	if !ok {
		return nil, value, nil, nil, false, false
	}
	if oid, pair, ok = want(pair, tagOID); !ok {
		return nil, value, nil, nil, false, false
	}
	value, _, st := next(pair)
	return oid, value, name, set, first, st == derOK
}

func validName(name []byte) bool {
	for set := []byte(nil); len(name)+len(set) > 0; {
		var ok bool
		if _, _, name, set, _, ok = attribute(name, set); !ok {
			return false
		}
	}
	return true
}

// spelled reports whether the text of a valid name is what its types say: UTF-8,
// ASCII, octets in pairs (X.680 section 41).
func spelled(name []byte) bool {
	for set := []byte(nil); len(name)+len(set) > 0; {
		_, value, rest, left, _, _ := attribute(name, set)
		name, set = rest, left
		switch value.tag {
		case tagUTF8:
			if !utf8.Valid(value.body) {
				return false
			}
		case tagPrintable, tagIA5:
			for _, c := range value.body {
				if c >= utf8.RuneSelf {
					return false
				}
			}
		case tagBMP:
			if len(value.body)%2 != 0 {
				return false
			}
		}
	}
	return true
}

// name writes a distinguished name as `C=US, O=Example, CN=host`.
func (t *text) name(name []byte) {
	start := len(t.b)
	for set := []byte(nil); len(name)+len(set) > 0; {
		oid, value, rest, left, first, ok := attribute(name, set)
		if !ok {
			return
		}
		name, set = rest, left
		if !first {
			t.str(" + ")
		} else if len(t.b) > start {
			t.str(", ")
		}
		if s, ok := attributes[string(oid)]; ok {
			t.str(s)
		} else {
			t.oid(oid)
		}
		t.str("=")
		t.value(value)
	}
}

// value writes a string of any type; BMPString as UTF-8.
func (t *text) value(e element) {
	if e.tag != tagBMP {
		t.add(e.body)
		return
	}
	var buf [utf8.UTFMax]byte
	for b := e.body; len(b) >= 2; b = b[2:] {
		t.add(utf8.AppendRune(buf[:0], rune(b[0])<<8|rune(b[1])))
	}
}

// oid writes an object identifier in dotted form (X.690 section 8.19).
func (t *text) oid(b []byte) {
	var v uint64
	for i, first := 0, true; i < len(b); i++ {
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i]&0x80 != 0 {
			continue
		}
		if first {
			top := min(v/40, 2)
			t.num(top)
			v -= 40 * top
			first = false
		}
		t.str(".")
		t.num(v)
		v = 0
	}
}

// General names of subjectAltName (RFC 5280 section 4.2.1.6).
const (
	altOther     = 0xa0
	altMail      = 0x81
	altDNS       = 0x82
	altDirectory = 0xa4
	altURI       = 0x86
	altIP        = 0x87
	altOID       = 0x88
)

// altName writes one general name: DNS names and URIs as they are, the rest with
// its kind.
func (t *text) altName(e element) {
	switch e.tag {
	case altDNS, altURI:
		t.add(e.body)
	case altIP:
		t.str("[")
		for i, c := range e.body {
			if i > 0 {
				t.str(", ")
			}
			t.num(uint64(c))
		}
		t.str("]")
	case altMail:
		t.str("RFC822Name(")
		t.add(e.body)
		t.str(")")
	case altDirectory:
		name, _, _ := want(e.body, tagSequence)
		t.str("DirectoryName(")
		t.name(name)
		t.str(")")
	case altOID:
		t.str("RegisteredID(")
		t.oid(e.body)
		t.str(")")
	case altOther:
		t.str("OtherName")
	default:
		t.str("Unparsed")
	}
}
