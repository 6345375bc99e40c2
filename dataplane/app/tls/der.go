package tls

// element is one DER element (X.690 section 8.1).
type element struct {
	tag byte
	// body is its content, whole the element with its head.
	body, whole []byte
}

// DER tags.
const (
	tagInteger   = 0x02
	tagBitString = 0x03
	tagOctets    = 0x04
	tagOID       = 0x06
	tagUTF8      = 0x0c
	tagPrintable = 0x13
	tagIA5       = 0x16
	tagUTCTime   = 0x17
	tagTime      = 0x18
	tagBMP       = 0x1e
	tagSequence  = 0x30
	tagSet       = 0x31
)

// derState says how reading an element went.
type derState uint8

const (
	derOK    derState = iota
	derShort          // its head is cut off
	derLong           // it claims more than there is
	derBad
)

// next takes the first element off b. Lengths must be definite and of at most
// four octets; tags of more than one octet are not used in certificates.
func next(b []byte) (e element, rest []byte, st derState) {
	if len(b) < 2 {
		return e, nil, derShort
	}
	if b[0]&0x1f == 0x1f {
		return e, nil, derBad
	}
	head, n := 2, int(b[1])
	if n >= 0x80 {
		k := n & 0x7f
		if k == 0 || k > 4 {
			return e, nil, derBad
		}
		if len(b) < 2+k {
			return e, nil, derShort
		}
		n = 0
		for _, c := range b[2 : 2+k] {
			n = n<<8 | int(c)
		}
		head += k
	}
	if n > len(b)-head {
		return e, nil, derLong
	}
	return element{b[0], b[head : head+n], b[:head+n]}, b[head+n:], derOK
}

// want takes an element of one tag off b.
func want(b []byte, tag byte) (body, rest []byte, ok bool) {
	e, rest, st := next(b)
	return e.body, rest, st == derOK && e.tag == tag
}
