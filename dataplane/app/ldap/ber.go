package ldap

// Tags of BER (X.690 section 8.1.2) that LDAP uses.
const (
	tagBool     = 0x01
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagEnum     = 0x0a
	tagSequence = 0x30
	tagSet      = 0x31
)

// reader reads BER elements of b between two offsets. It knows offsets rather
// than slices, so that a place can be remembered while b grows and moves.
type reader struct {
	b       []byte
	at, end int
}

func read(b []byte) reader { return reader{b, 0, len(b)} }

// bytes are the octets that were not read yet.
func (r reader) bytes() []byte { return r.b[r.at:r.end] }

func (r reader) empty() bool { return r.at >= r.end }

// next steps over one element. What it holds ends where r does at the latest:
// the message may have been cut.
func (r *reader) next() (tag byte, in reader, ok bool) {
	tag, head, size, v := element(r.bytes())
	if v != whole {
		r.at = r.end
		return 0, reader{}, false
	}
	lo := r.at + head
	r.at = r.end
	if uint64(r.end-lo) > size {
		r.at = lo + int(size)
	}
	return tag, reader{r.b, lo, r.at}, true
}

// take is the content of the next element when it has the tag, else nothing.
func (r *reader) take(want byte) reader {
	at := r.at
	tag, in, ok := r.next()
	if ok && tag == want {
		return in
	}
	if ok {
		r.at = at // one that is optional
	}
	return reader{r.b, r.at, r.at}
}

// octets are those of the next element, a string.
func (r *reader) octets() []byte { in := r.take(tagOctets); return in.bytes() }

// number is the next element's value, an integer or what is coded like one; 0
// where there is none.
func (r *reader) number(tag byte) uint64 {
	v, _ := value(r.take(tag).bytes())
	return v
}

// value reads a number that is not negative (X.690 section 8.3).
func value(b []byte) (v uint64, ok bool) {
	if len(b) == 0 || len(b) > 8 || b[0]&0x80 != 0 {
		return 0, false
	}
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v, true
}

// completeness of an element's head.
type completeness uint8

const (
	whole completeness = iota
	short              // octets are missing
	wrong              // no BER that LDAP allows (RFC 4511 section 5.1)
)

// element reads an element's tag and length: definite, of at most four octets,
// the tag of one.
func element(b []byte) (tag byte, head int, size uint64, c completeness) {
	if len(b) > 0 && b[0]&0x1f == 0x1f {
		return 0, 0, 0, wrong
	}
	if len(b) < 2 {
		return 0, 0, 0, short
	}
	n := int(b[1])
	if n < 0x80 {
		return b[0], 2, uint64(n), whole
	}
	n &= 0x7f
	if n == 0 || n > 4 {
		return 0, 0, 0, wrong
	}
	if len(b) < 2+n {
		return 0, 0, 0, short
	}
	for _, c := range b[2 : 2+n] {
		size = size<<8 | uint64(c)
	}
	return b[0], 2 + n, size, whole
}
