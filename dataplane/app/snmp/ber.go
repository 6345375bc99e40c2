package snmp

import "strconv"

// Tags of ASN.1's basic encoding rules (ITU-T X.690), as far as SNMP has them.
const (
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagOID      = 0x06
	tagSequence = 0x30
	tagAddress  = 0x40 // IpAddress of RFC 1155
	tagPDU      = 0xa0 // GetRequest; the other PDUs follow
)

// maxArcs is the most arcs of an object identifier (RFC 2578 section 3.5).
const maxArcs = 128

// span is a run of octets of a message.
type span struct{ off, n int }

// cursor reads elements from off to end of a message. bad is sticky: what was read
// is good only when it is not set at the end.
type cursor struct {
	b        []byte
	off, end int
	bad      bool
}

// element reads an element's tag and length, and stands behind it.
func (c *cursor) element() (tag byte, s span) {
	b := c.b[c.off:c.end]
	if c.bad || len(b) < 2 {
		c.bad = true
		return 0, span{}
	}
	n, head := uint64(b[1]), 2
	if n&0x80 != 0 {
		// Four octets are more than a datagram needs; none is the indefinite form,
		// which SNMP does not use (RFC 3417 section 8).
		k := int(n & 0x7f)
		if head += k; k == 0 || k > 4 || len(b) < head {
			c.bad = true
			return 0, span{}
		}
		n = 0
		for _, o := range b[2:head] {
			n = n<<8 | uint64(o)
		}
	}
	if n > uint64(len(b)-head) {
		c.bad = true
		return 0, span{}
	}
	s = span{c.off + head, int(n)}
	c.off = s.off + s.n
	return b[0], s
}

// want is an element that must have a tag.
func (c *cursor) want(tag byte) span {
	t, s := c.element()
	c.bad = c.bad || t != tag
	return s
}

// enter is a cursor within an element that must have a tag.
func (c *cursor) enter(tag byte) cursor {
	s := c.want(tag)
	return cursor{b: c.b, off: s.off, end: s.off + s.n, bad: c.bad}
}

// uint is an integer that fits 32 bits and is not below 0.
func (c *cursor) uint() (v uint32) {
	s := c.want(tagInteger)
	b := c.b[s.off : s.off+s.n]
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	if c.bad || s.n == 0 || len(b) > 4 || c.b[s.off]&0x80 != 0 {
		c.bad = true
		return 0
	}
	for _, o := range b {
		v = v<<8 | uint32(o)
	}
	return v
}

// appendOID writes an object identifier with dots; what no identifier may have is
// left out.
func appendOID(to, b []byte) []byte {
	var v uint64
	for i, arcs := 0, 0; i < len(b) && arcs < maxArcs; i++ {
		v = v<<7 | uint64(b[i]&0x7f)
		if v > 1<<32-1 {
			return to
		}
		if b[i]&0x80 != 0 {
			continue
		}
		if arcs == 0 {
			// The first octets stand for two arcs (X.690 section 8.19.4).
			first := min(v/40, 2)
			to = append(strconv.AppendUint(to, first, 10), '.')
			v -= 40 * first
			arcs++
		} else {
			to = append(to, '.')
		}
		to = strconv.AppendUint(to, v, 10)
		v = 0
		arcs++
	}
	return to
}
