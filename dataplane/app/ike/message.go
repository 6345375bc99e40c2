package ike

import "encoding/binary"

// Header (RFC 2408 section 3.1, RFC 7296 section 3.1).
const (
	headLen = 28
	spiLen  = 8

	flagEncrypted = 0x01 // of version 1
	flagInitiator = 0x08 // of version 2

	exchangeInit          = 34 // of version 2
	exchangeInformational = 37
)

// head is a message's header.
type head struct {
	spi            [2]uint64 // of the initiator, of the responder
	next           uint8     // type of the first payload
	version, minor uint8
	exchange       uint8
	flags          uint8
	id             uint32
	length         uint32
}

// readHead reads headLen octets.
func readHead(b []byte) head {
	return head{spi: [2]uint64{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[spiLen:])}, next: b[16], version: b[17] >> 4, minor: b[17] & 15,
		exchange: b[18], flags: b[19], id: binary.BigEndian.Uint32(b[20:]), length: binary.BigEndian.Uint32(b[24:])}
}

// payloads walks a chain of payloads: each names the type of the next (RFC 2408
// section 3.2, RFC 7296 section 3.2).
type payloads struct {
	b    []byte
	next uint8 // type of the payload that b begins with
	typ  uint8 // of the payload at hand
	data []byte
	off  int // of data in what the walk began with
	at   int
}

const payloadHead = 4 // type of the next, reserved, length

func chain(b []byte, first uint8) payloads { return payloads{b: b, next: first} }

// step moves on to the next payload; false: what is left is none.
func (p *payloads) step() bool {
	rest := p.b[p.at:]
	if len(rest) < payloadHead {
		return false
	}
	n := int(binary.BigEndian.Uint16(rest[2:]))
	if n < payloadHead || n > len(rest) {
		return false
	}
	p.typ, p.next = p.next, rest[0]
	p.data, p.off = rest[payloadHead:n], p.at+payloadHead
	p.at += n
	return true
}

// left is how many octets are behind the payload at hand.
func (p *payloads) left() int { return len(p.b) - p.at }

// attributes walks the attributes of a transform (RFC 2408 section 3.3).
type attributes struct {
	b []byte
	// typ and value of the attribute at hand; octets, where it is longer than a
	// number of 32 bits.
	typ    uint16
	value  uint32
	octets []byte
}

const attributeShort = 0x8000 // the value stands in place of the length

func (a *attributes) step() bool {
	if len(a.b) < 4 {
		return false
	}
	typ, n := binary.BigEndian.Uint16(a.b), int(binary.BigEndian.Uint16(a.b[2:]))
	a.typ, a.octets = typ&^attributeShort, nil
	if typ&attributeShort != 0 {
		a.value, a.b = uint32(n), a.b[4:]
		return true
	}
	if n > len(a.b)-4 {
		return false
	}
	if v := a.b[4 : 4+n]; n == 4 {
		a.value = binary.BigEndian.Uint32(v)
	} else {
		a.value, a.octets = 0, v
	}
	a.b = a.b[4+n:]
	return true
}
