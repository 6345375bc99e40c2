package quic

import "encoding/binary"

// header is a packet's header, as far as it is not protected.
type header struct {
	kind    kind
	version version
	dcid    []byte
	// at is where the packet number stands, or the payload of a version whose
	// headers are not protected; end is the packet's.
	at, end int
}

// maxID bounds connection ids (RFC 9000 section 17.2).
const maxID = 20

// cursor steps through a packet; bad is sticky.
type cursor struct {
	b   []byte
	at  int
	bad bool
}

func (c *cursor) take(n int) []byte {
	if c.bad || n < 0 || n > len(c.b)-c.at {
		c.bad = true
		return nil
	}
	s := c.b[c.at : c.at+n]
	c.at += n
	return s
}

func (c *cursor) u8() int {
	if s := c.take(1); s != nil {
		return int(s[0])
	}
	return 0
}

// varint is a number of variable length (RFC 9000 section 16); one that does not
// fit an int's lower 62 bits cannot be written.
func (c *cursor) varint() int {
	first := c.u8()
	n := int64(first & 0x3f)
	for _, b := range c.take(1<<(first>>6) - 1) {
		n = n<<8 | int64(b)
	}
	return int(n)
}

// parse reads the header of the packet that b begins with. false: it has none
// that is known.
func (h *header) parse(b []byte) bool {
	if len(b) < 1 {
		return false
	}
	if b[0]&0x80 == 0 {
		return h.parseShort(b)
	}
	c := cursor{b: b, at: 1}
	v := c.take(4)
	if v == nil {
		return false
	}
	*h = header{version: version(binary.BigEndian.Uint32(v))}
	h.kind = h.version.kindOf(b[0])
	if h.version.google() && h.version <= q046 && h.version > q043 {
		n := c.u8()
		d, s := n>>4, n&15
		if d > 0 {
			d += 3
		}
		if s > 0 {
			s += 3
		}
		h.dcid = c.take(d)
		c.take(s)
		c.take(4 + 12) // packet number, authentication
		h.at, h.end = c.at, len(b)
		return !c.bad
	}
	if !h.version.longHeaders() {
		return false
	}
	h.dcid = c.take(c.u8())
	s := c.take(c.u8())
	if len(h.dcid) > maxID || len(s) > maxID {
		return false
	}
	switch h.kind {
	case kindRetry, kindNegotiation:
		h.at, h.end = len(b), len(b)
		return !c.bad
	case kindInitial:
		c.take(c.varint())
	}
	n := c.varint()
	h.at = c.at
	c.take(n)
	h.end = c.at
	return !c.bad
}

// Flags of Google's public header.
const (
	publicVersion = 0x01
	publicID      = 0x08
	publicNumber  = 0x30
)

// parseShort reads a header without version, or the public header of Google's
// versions before Q044, which has one in the client's first packets.
func (h *header) parseShort(b []byte) bool {
	*h = header{kind: kindShort, end: len(b)}
	if b[0]&(publicVersion|publicID) != publicVersion|publicID || len(b) < 13 {
		return true
	}
	v := version(binary.BigEndian.Uint32(b[9:]))
	if !v.google() || v > q043 {
		return true
	}
	c := cursor{b: b, at: 1}
	*h = header{kind: kindInitial, version: v, end: len(b)}
	h.dcid = c.take(8)
	c.take(4)
	switch b[0] & publicNumber >> 4 {
	case 0:
		c.take(1)
	case 1:
		c.take(2)
	case 2:
		c.take(4)
	default:
		c.take(6)
	}
	c.take(12) // authentication
	h.at = c.at
	return !c.bad
}
