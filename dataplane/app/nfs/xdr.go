package nfs

import "encoding/binary"

// cursor reads XDR (RFC 4506); once something is missing, nothing is there any more
// and bad is set.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) take(n int) []byte {
	if c.bad || n < 0 || n > len(c.b) {
		c.bad = true
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) skip(n int) { c.take(n) }

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// opaque reads octets behind their length, most at most.
func (c *cursor) opaque(most int) []byte {
	n := int(c.u32())
	if n > most {
		c.bad = true
		return nil
	}
	b := c.take(n)
	c.take(min(-n&3, len(c.b))) // a record may end without its padding
	return b
}

// data reads octets behind their length of which the end may not be there yet; n is
// how many there will be.
func (c *cursor) data() (b []byte, n uint64) {
	n = uint64(c.u32())
	have := min(n, uint64(len(c.b)))
	b = c.take(int(have))
	if !c.bad {
		c.take(min(int(-n&3), len(c.b)))
	}
	return b, n
}
