package quic

import "strconv"

// version of QUIC as it stands in long headers.
type version uint32

// Versions. Drafts are 0xff000000 + number; Google's are four letters, as Q046.
const (
	negotiation version = 0
	version1    version = 1
	version2    version = 0x6b3343cf
	q039        version = 'Q'<<24 | '0'<<16 | '3'<<8 | '9'
	q043        version = 'Q'<<24 | '0'<<16 | '4'<<8 | '3'
	q044        version = q043 + 1
	q046        version = q043 + 3
	q050        version = 'Q'<<24 | '0'<<16 | '5'<<8 | '0'
	t050        version = 'T'<<24 | '0'<<16 | '5'<<8 | '0'
	t051        version = t050 + 1
	mvfst       version = 0xfaceb000
)

func (v version) draft() int {
	if v>>8 == 0xff0000 {
		return int(v & 0xff)
	}
	return 0
}

// google reports whether v is one of Google's versions whose hello is in the
// clear.
func (v version) google() bool {
	d := v - 'Q'<<24
	return d>>16 == '0' && d>>8&0xff >= '3' && d>>8&0xff <= '4' && d&0xff >= '0' && d&0xff <= '9' && v <= q046
}

// sealed reports whether v is one of Google's last: sealed as drafts are, with
// Google's frames inside, among them one for what the handshake says. hello says
// whether that is Google's own messages; otherwise it is TLS.
func (v version) sealed() (is, hello bool) {
	return v == q050 || v == t050 || v == t051, v == q050
}

// appendVersion writes a version as records have it: by the name that it goes by, or
// in hexadecimal.
func appendVersion(b []byte, v version) []byte {
	switch {
	case v == version2:
		return append(b, "v2"...)
	case v == q039 || v >= q043 && v <= q046:
		return append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return strconv.AppendUint(b, uint64(v), 16)
}

// longHeaders reports whether long headers of v are laid out as those of version 1
// (RFC 8999 section 5.1, RFC 9000 section 17.2): of drafts, of what asks for other
// versions (section 15), of Google's and Facebook's own. There are keys for fewer.
func (v version) longHeaders() bool {
	_, salted := v.salt()
	return salted || v == negotiation || v.google() || v.draft() > 0 || v&0x0f0f0f0f == 0x0a0a0a0a ||
		v >= q050 && v <= q050+9 || v >= t050 && v <= t050+9 || v&^0xf == mvfst
}

// salt of Initial keys (RFC 9001 section 5.2, RFC 9369 section 3.3.1, the drafts, and
// Google's last versions, whose Initial packets are sealed as those of drafts).
func (v version) salt() (string, bool) {
	d := v.draft()
	switch {
	case v == version1 || d == 33 || d == 34:
		return "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a", true
	case v == version2:
		return "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9", true
	case d >= 29 && d <= 32:
		return "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99", true
	case d >= 23 && d <= 28 || v == mvfst+2:
		return "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02", true
	case v == q050:
		return "\x50\x45\x74\xef\xd0\x66\xfe\x2f\x9d\x94\x5c\xfc\xdb\xd3\xa7\xf0\xd3\xb5\x6b\x45", true
	case v == t050:
		return "\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10", true
	case v == t051:
		return "\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d", true
	}
	return "", false
}

// kind of a packet.
type kind uint8

// Kinds.
const (
	kindInitial kind = iota
	kindZeroRTT
	kindHandshake
	kindRetry
	kindNegotiation
	kindShort
)

// kindOf reads the type of a long header (RFC 9000 section 17.2, RFC 9369 section
// 3.2).
func (v version) kindOf(first byte) kind {
	if v == negotiation {
		return kindNegotiation
	}
	if v.google() && v <= q044 {
		switch first & 0x7f {
		case 0x7e:
			return kindRetry
		case 0x7d:
			return kindHandshake
		case 0x7c:
			return kindZeroRTT
		}
		return kindInitial
	}
	t := first >> 4 & 3
	if v == version2 {
		t = (t + 3) & 3
	}
	return kind(t)
}
