package event

import (
	"encoding/binary"
	"math"
)

// Type is the type of one member of a record's body.
type Type uint8

// Member types. A member is its type octet, then (all but End) the length of
// its key and the key, then the value: nothing, eight octets little-endian, or
// a four-octet length and that many octets.
const (
	TypeEnd Type = iota
	TypeObj
	TypeArr
	TypeStr       // text or wire octets, escaped for JSON
	TypePrintable // wire octets, what does not print becomes '.'
	TypeBase64
	TypeHex
	TypeHexColon
	TypeUint
	TypeInt
	TypeFloat
	TypeTrue
	TypeFalse
	TypeNull
	TypeIP4
	TypeIP6
	TypeTime
	TypeMAC
	TypeMagic // the first octets of a file, for control to name its type
	TypeJSON  // a JSON value as text
	TypeText  // text in UTF-8, what is none becomes U+FFFD
	numTypes
)

// MaxDepth bounds how deep objects and arrays nest.
const MaxDepth = 32

// Member is one step through a body. Key and Bytes point into the record.
type Member struct {
	Type  Type
	Key   []byte
	Bytes []byte // Str, Text, Printable, Base64, Hex, HexColon, IP4, IP6, MAC, JSON
	Num   uint64 // Uint, Int, Float (IEEE 754 bits), Time (microseconds)
}

// Float is the value of a TypeFloat member.
func (m *Member) Float() float64 { return math.Float64frombits(m.Num) }

// Cursor walks a body in the order it was written. It trusts nothing: a broken
// body ends the walk, and Broken says so.
type Cursor struct {
	buf    []byte
	off    int
	depth  int
	broken bool
}

// NewCursor starts a walk over a record's body.
func NewCursor(body []byte) Cursor { return Cursor{buf: body} }

// Depth is the number of containers open after the last member returned.
func (c *Cursor) Depth() int { return c.depth }

// Broken reports whether the walk ended in malformed data.
func (c *Cursor) Broken() bool { return c.broken }

// fail ends the walk for good.
func (c *Cursor) fail() bool {
	c.broken = true
	c.off = len(c.buf)
	return false
}

// Next fills m with the next member; false at the end or when the body is
// broken. A body that ends inside a container is broken.
func (c *Cursor) Next(m *Member) bool {
	b := c.buf[c.off:]
	if len(b) == 0 {
		if c.depth != 0 {
			c.broken = true
		}
		return false
	}
	t := Type(b[0])
	if t == TypeEnd {
		if c.depth == 0 {
			return c.fail()
		}
		c.depth--
		c.off++
		*m = Member{Type: TypeEnd}
		return true
	}
	if t >= numTypes || len(b) < 2 {
		return c.fail()
	}
	n := 2 + int(b[1])
	if len(b) < n {
		return c.fail()
	}
	*m = Member{Type: t, Key: b[2:n:n]}
	v := b[n:]
	size := 0
	switch t {
	case TypeObj, TypeArr:
		if c.depth == MaxDepth {
			return c.fail()
		}
		c.depth++
	case TypeTrue, TypeFalse, TypeNull:
	case TypeUint, TypeInt, TypeFloat, TypeTime:
		if len(v) < 8 {
			return c.fail()
		}
		m.Num = binary.LittleEndian.Uint64(v)
		size = 8
	case TypeIP4, TypeIP6, TypeMAC:
		size = fixedSize(t)
		if len(v) < size {
			return c.fail()
		}
		m.Bytes = v[:size:size]
	default:
		if len(v) < 4 {
			return c.fail()
		}
		l := binary.LittleEndian.Uint32(v)
		if uint64(l) > uint64(len(v)-4) {
			return c.fail()
		}
		size = 4 + int(l)
		m.Bytes = v[4:size:size]
	}
	c.off += n + size
	return true
}

// fixedSize is the value length of the address types, octets.
func fixedSize(t Type) int {
	switch t {
	case TypeIP4:
		return 4
	case TypeIP6:
		return 16
	}
	return 6
}
