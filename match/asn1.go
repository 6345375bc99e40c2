package match

// Checks of OpASN1 in Op.Flags, beside FRelative.
const (
	ASN1BitString uint16 = 1 << iota // a bit string with more unused bits than it has
	ASN1Double                       // a REAL in decimal that is longer than 256 octets
	ASN1Oversize                     // any element longer than A octets
	ASN1Absolute                     // B counts from the start of the buffer
)

// Bounds of what is looked at of a buffer.
const (
	maxASN1Frames = 256
	maxASN1Depth  = 64
)

// asn1 looks for malformed BER (X.690 §8) from offset B on, relative to the last
// match unless it is absolute.
func (x *inspector) asn1(op *Op, pos int) bool {
	at := int(op.B)
	if op.Flags&ASN1Absolute == 0 {
		at += pos
	}
	if at < 0 || at >= len(x.data) {
		return false
	}
	d := x.data[at:]
	frames := 0
	return asn1Walk(op, d, &frames, 0)
}

// asn1Walk goes through the elements of d, and into the constructed ones.
func asn1Walk(op *Op, d []byte, frames *int, depth int) bool {
	for len(d) >= 2 && *frames < maxASN1Frames && depth < maxASN1Depth {
		*frames++
		id := d[0]
		n := 1
		tag := int(id & 0x1F)
		if tag == 0x1F {
			// A tag of several octets: none that is checked here.
			for n < len(d) && n < 6 && d[n]&0x80 != 0 {
				n++
			}
			n++
			tag = -1
		}
		if n >= len(d) {
			return false
		}
		length, used, indefinite := asn1Length(d[n:])
		if used == 0 {
			return false
		}
		body := d[n+used:]
		whole := length <= len(body)
		if op.Flags&ASN1Oversize != 0 && !indefinite && int64(length) > int64(op.A) {
			return true
		}
		universal := id&0xC0 == 0
		primitive := id&0x20 == 0
		if universal && primitive && len(body) > 0 && length > 0 {
			if op.Flags&ASN1BitString != 0 && tag == 3 && int(body[0]) > 8*(length-1) {
				return true
			}
			if op.Flags&ASN1Double != 0 && tag == 9 && body[0]&0xC0 == 0 && length > 256 {
				return true
			}
		}
		in := body
		if !indefinite && whole {
			in = body[:length]
		}
		if !primitive && asn1Walk(op, in, frames, depth+1) {
			return true
		}
		if indefinite || !whole {
			return false
		}
		d = body[length:]
	}
	return false
}

// asn1Length reads a length (X.690 §8.1.3); used is 0 when there is none.
func asn1Length(d []byte) (length, used int, indefinite bool) {
	c := d[0]
	switch {
	case c < 0x80:
		return int(c), 1, false
	case c == 0x80:
		return 0, 1, true
	}
	n := int(c & 0x7F)
	if n > 8 || 1+n > len(d) {
		return 0, 0, false
	}
	for _, o := range d[1 : 1+n] {
		if length >= 1<<40 {
			return 0, 0, false
		}
		length = length<<8 | int(o)
	}
	return length, 1 + n, false
}
