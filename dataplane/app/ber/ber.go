package ber

// Tags of BER (X.690 section 8.1.2) that occur.
const (
	Bool     = 0x01
	Integer  = 0x02
	Octets   = 0x04
	Enum     = 0x0a
	Sequence = 0x30
	Set      = 0x31
)

// Reader reads BER elements of B between two offsets. It knows offsets rather
// than slices, so that a place can be remembered while B grows and moves.
type Reader struct {
	B       []byte
	At, End int
}

// Read reads all of b.
func Read(b []byte) Reader { return Reader{b, 0, len(b)} }

// Bytes are the octets that were not read yet.
func (r Reader) Bytes() []byte { return r.B[r.At:r.End] }

// Empty reports whether nothing is left.
func (r Reader) Empty() bool { return r.At >= r.End }

// Next steps over one element. What it holds ends where r does at the latest:
// the message may have been cut.
func (r *Reader) Next() (tag byte, in Reader, ok bool) {
	tag, head, size, v := Element(r.Bytes())
	if v != Whole {
		r.At = r.End
		return 0, Reader{}, false
	}
	lo := r.At + head
	r.At = r.End
	if uint64(r.End-lo) > size {
		r.At = lo + int(size)
	}
	return tag, Reader{r.B, lo, r.At}, true
}

// Take is the content of the next element when it has the tag, else nothing.
func (r *Reader) Take(want byte) Reader {
	at := r.At
	tag, in, ok := r.Next()
	if ok && tag == want {
		return in
	}
	if ok {
		r.At = at // one that is optional
	}
	return Reader{r.B, r.At, r.At}
}

// Octets are those of the next element, a string.
func (r *Reader) Octets() []byte { in := r.Take(Octets); return in.Bytes() }

// Number is the next element's value, an integer or what is coded like one; 0
// where there is none.
func (r *Reader) Number(tag byte) uint64 {
	v, _ := Value(r.Take(tag).Bytes())
	return v
}

// Value reads a number that is not negative (X.690 section 8.3).
func Value(b []byte) (v uint64, ok bool) {
	if len(b) == 0 || len(b) > 8 || b[0]&0x80 != 0 {
		return 0, false
	}
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v, true
}

// Completeness of an element's head.
type Completeness uint8

// Completenesses.
const (
	Whole Completeness = iota
	Short              // octets are missing
	Wrong              // no BER of this kind
)

// Element reads an element's tag and length: definite, of at most four octets,
// the tag of one.
func Element(b []byte) (tag byte, head int, size uint64, c Completeness) {
	if len(b) > 0 && b[0]&0x1f == 0x1f {
		return 0, 0, 0, Wrong
	}
	if len(b) < 2 {
		return 0, 0, 0, Short
	}
	n := int(b[1])
	if n < 0x80 {
		return b[0], 2, uint64(n), Whole
	}
	n &= 0x7f
	if n == 0 || n > 4 {
		return 0, 0, 0, Wrong
	}
	if len(b) < 2+n {
		return 0, 0, 0, Short
	}
	for _, c := range b[2 : 2+n] {
		size = size<<8 | uint64(c)
	}
	return b[0], 2 + n, size, Whole
}
