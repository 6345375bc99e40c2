package mqtt

import "encoding/binary"

// span is a run of octets of a message.
type span struct{ off, n int }

// cursor reads data types (section 1.5) off a message. bad is sticky: what was
// read is good only when it is not set at the end.
type cursor struct {
	b   []byte
	off int
	bad bool
}

func (c *cursor) left() int { return len(c.b) - c.off }

func (c *cursor) take(n int) span {
	if c.bad || n > c.left() {
		c.bad = true
		return span{}
	}
	s := span{c.off, n}
	c.off += n
	return s
}

func (c *cursor) uint(octets int) (v uint32) {
	s := c.take(octets)
	for _, o := range c.b[s.off : s.off+s.n] {
		v = v<<8 | uint32(o)
	}
	return v
}

// text is a UTF-8 string or binary data (sections 1.5.4, 1.5.6).
func (c *cursor) text() span {
	s := c.take(2)
	if c.bad {
		return span{}
	}
	return c.take(int(binary.BigEndian.Uint16(c.b[s.off:])))
}

// varint is a variable byte integer (section 1.5.5).
func (c *cursor) varint() uint32 {
	v, n, st := readVarint(c.b[c.off:])
	if c.bad || st != whole {
		c.bad = true
		return 0
	}
	c.off += n
	return v
}

// completeness is what became of reading something off a stream.
type completeness uint8

const (
	whole completeness = iota
	partial
	broken
)

// readVarint reads a variable byte integer, n octets long: four at most.
func readVarint(b []byte) (v uint32, n int, st completeness) {
	for n < 4 {
		if n == len(b) {
			return 0, 0, partial
		}
		o := b[n]
		v |= uint32(o&0x7f) << (7 * n)
		n++
		if o&0x80 == 0 {
			return v, n, whole
		}
	}
	return 0, 0, broken
}
