package quic

import "encoding/binary"

// Frame types (RFC 9000 section 19).
const (
	framePadding    = 0x00
	framePing       = 0x01
	frameAck        = 0x02
	frameAckECN     = 0x03
	frameCrypto     = 0x06
	frameCloseQUIC  = 0x1c
	frameCloseOther = 0x1d
)

// eachCrypto calls f for each CRYPTO frame of an Initial packet's payload. false:
// it holds what may not stand in one (RFC 9000 section 17.2.2), or is cut off.
func eachCrypto(b []byte, s *State, d int) (st added, ok bool) {
	c := cursor{b: b}
	google, _ := s.keyed.sealed()
	for c.at < len(b) && !c.bad {
		var typ int
		if google {
			typ = c.googleFrame()
		} else {
			typ = c.varint()
		}
		switch typ {
		case framePadding, framePing:
		case frameAck:
			c.ack(false)
		case frameAckECN:
			c.ack(true)
		case frameCrypto:
			off := c.varint()
			data := c.take(c.varint())
			if c.bad {
				return st, false
			}
			if st = s.side[d].hello.add(s.sh.env.Mem, off, data); st != addedOK {
				return st, true
			}
		case frameCloseQUIC:
			c.varint()
			c.varint()
			c.take(c.varint())
		case frameCloseOther:
			c.varint()
			c.take(c.varint())
		default:
			return st, false
		}
	}
	return st, !c.bad
}

// ack steps over the rest of an ACK frame (RFC 9000 section 19.3).
func (c *cursor) ack(ecn bool) {
	c.varint()
	c.varint()
	n := c.varint()
	c.varint()
	// Each range has two octets at least, so the loop ends with the payload.
	for ; n > 0 && !c.bad; n-- {
		c.varint()
		c.varint()
	}
	if ecn {
		c.varint()
		c.varint()
		c.varint()
	}
}

// Google's frame types.
const (
	googleStream = 0x80
	googleAck    = 0x40
	googleClose  = 0x02
	googlePing   = 0x07
	googleCrypto = 0x08
)

// googleFrame steps over the next frame of a sealed packet of Google's QUIC and is its
// type as RFC 9000 has it: that of padding for what does not matter here. A CRYPTO
// frame is left to the caller behind its type; negative: an unknown one.
func (c *cursor) googleFrame() int {
	switch typ := c.u8(); {
	case typ == googleCrypto:
		return frameCrypto
	case typ == googleClose:
		c.take(4)
		n := c.u8() << 8
		c.take(n | c.u8())
	case typ&googleStream != 0:
		return -1
	case typ&googleAck != 0:
		c.googleAck(typ)
	case typ != framePadding && typ != googlePing:
		return -1
	}
	return framePadding
}

// nextStream is the data of the next STREAM frame of a packet of Google's QUIC,
// nil when there is none.
func (c *cursor) nextStream() []byte {
	for c.at < len(c.b) && !c.bad {
		typ := c.u8()
		switch {
		case typ&googleStream != 0:
			c.take(typ&3 + 1)
			if n := typ >> 2 & 7; n > 0 {
				c.take(n + 1)
			}
			n := len(c.b) - c.at
			if typ&0x20 != 0 {
				n = c.u8() << 8
				n |= c.u8()
			}
			if data := c.take(n); len(data) > 0 {
				return data
			}
		case typ&googleAck != 0:
			c.googleAck(typ)
		case typ == framePadding:
			return nil
		case typ == 0x06: // STOP_WAITING, with a packet number of an unknown length
			return nil
		case typ == 0x07: // PING
		default:
			return nil
		}
	}
	return nil
}

func (c *cursor) googleAck(typ int) {
	size := func(bits int) int { return [4]int{1, 2, 4, 6}[bits&3] }
	c.take(size(typ>>2) + 2)
	n := 0
	if typ&0x20 != 0 {
		n = c.u8()
	}
	block := size(typ)
	c.take(block)
	c.take(n * (1 + block))
	if stamps := c.u8(); stamps > 0 {
		c.take(5 + 3*(stamps-1))
	}
}

// maxTags bounds the tags of a message; real hellos have about 30.
const maxTags = 128

// tags is a message of Google's crypto handshake: a name, then tags with where
// their values end, then the values.
type tags struct {
	b []byte
	n int
}

// helloTags reads a client's hello; ok is false for other data.
func helloTags(b []byte) (t tags, ok bool) {
	if len(b) < 8 || string(b[:4]) != "CHLO" {
		return t, false
	}
	return readTags(b)
}

// readTags reads any message.
func readTags(b []byte) (t tags, ok bool) {
	if len(b) < 8 {
		return t, false
	}
	n := int(b[4]) | int(b[5])<<8
	if n > maxTags || 8+8*n > len(b) {
		return t, false
	}
	return tags{b, n}, true
}

// length is that of the whole message.
func (t *tags) length() int {
	n := 8 + 8*t.n
	if t.n > 0 {
		e := t.b[n-4:]
		n += int(binary.LittleEndian.Uint32(e))
	}
	return n
}

// tag is number i: its name without filling, and its value, nil where it is cut
// off.
func (t *tags) tag(i int) (name, value []byte) {
	end := func(i int) int {
		if i < 0 {
			return 0
		}
		e := t.b[8+8*i+4:]
		return int(binary.LittleEndian.Uint32(e))
	}
	name = t.b[8+8*i : 8+8*i+4]
	for len(name) > 0 && name[len(name)-1] == 0 {
		name = name[:len(name)-1]
	}
	values := t.b[8+8*t.n:]
	if from, to := end(i-1), end(i); from <= to && to <= len(values) {
		value = values[from:to]
	}
	return name, value
}
