package rdp

import (
	"bytes"
	"encoding/binary"
)

const (
	tpktVersion = 3
	lenTPKT     = 4 // RFC 1006 section 6

	// lenX224 is an X.224 connection request or confirm without its length (X.224
	// section 13.3): code, both references, class.
	lenX224 = 6
	// lenNegotiation is a negotiation request, response or failure (MS-RDPBCGR
	// section 2.2.1.1.1).
	lenNegotiation = 8

	maxCookie   = 1024
	maxChannels = 31 // MS-RDPBCGR section 2.2.1.3.4
	lenChannel  = 12

	// lenCore is the client core data up to its first optional field, lenCoreMax all
	// of it (MS-RDPBCGR section 2.2.1.3.2), both without the block's head.
	lenCore    = 128
	lenCoreMax = 230
)

// kind is what a message is.
type kind uint8

const (
	other kind = iota
	connectionRequest
	connectionConfirm
	mcsRequest
	mcsResponse
	certificates
)

// message is what is read of a TPKT; the slices are borrowed.
type message struct {
	kind kind
	// cookie is the user's name in a request. neg are its, or the confirm's, eight
	// octets of negotiation.
	cookie, neg []byte
	// core is the client core data, channels the definitions of channels.
	core, channels []byte
}

// parse reads what a TPKT holds.
func parse(b []byte) (m message) {
	if len(b) >= 3 && b[0] == 2 && b[1] == 0xf0 && b[2] == 0x80 {
		return parseMCS(b[3:])
	}
	if len(b) < 1+lenX224 || b[0] < lenX224 || b[0] == 0xff || len(b) < 1+int(b[0]) {
		return m
	}
	// The low four bits are the credit. Class 0 without options, to no reference.
	code := b[1]
	if code&0xe != 0 || b[2] != 0 || b[3] != 0 || b[6] != 0 {
		return m
	}
	rest := b[1+lenX224 : 1+int(b[0])]
	switch code & 0xf0 {
	case 0xe0:
		m.kind = connectionRequest
		if token, after, ok := bytes.Cut(rest, crlf); ok {
			if name, is := bytes.CutPrefix(token, cookieKey); is {
				m.cookie = name[:min(len(name), maxCookie)]
			}
			rest = after
		}
		m.neg = negotiation(rest)
	case 0xd0:
		m.kind = connectionConfirm
		m.neg = negotiation(rest)
	}
	return m
}

var (
	crlf      = []byte("\r\n")
	cookieKey = []byte("Cookie: mstshash=")
	h221Key   = []byte("Duca")
)

func negotiation(b []byte) []byte {
	if len(b) < lenNegotiation || binary.LittleEndian.Uint16(b[2:]) != lenNegotiation {
		return nil
	}
	return b[:lenNegotiation]
}

// parseMCS reads Connect-Initial and Connect-Response (T.125 section 7). What stands
// between the head and the client's key of H.221 tells nothing that is logged.
func parseMCS(b []byte) (m message) {
	if len(b) < 2 || b[0] != 0x7f {
		return m
	}
	switch b[1] {
	case 0x66:
		m.kind = mcsResponse
		return m
	case 0x65:
	default:
		return m
	}
	_, blocks, ok := bytes.Cut(b[2:], h221Key)
	if !ok || len(blocks) == 0 {
		return m
	}
	// A length in PER (X.691 section 10.9): 7 bits, or 14 behind 10.
	n, head := int(blocks[0]), 1
	if n&0x80 != 0 {
		if n&0x40 != 0 || len(blocks) < 2 {
			return m
		}
		n, head = n&0x3f<<8|int(blocks[1]), 2
	}
	if blocks = blocks[head:]; n > len(blocks) {
		return m
	}
	m.kind = mcsRequest
	blocks = blocks[:n]
	for len(blocks) >= 4 {
		typ, size := binary.LittleEndian.Uint16(blocks), int(binary.LittleEndian.Uint16(blocks[2:]))
		if size < 4 || size > len(blocks) {
			break
		}
		body := blocks[4:size]
		blocks = blocks[size:]
		switch {
		case typ == 0xc001 && m.core == nil && len(body) >= lenCore:
			m.core = body[:min(len(body), lenCoreMax)]
		case typ == 0xc003 && m.channels == nil && len(body) >= 4:
			n := int(min(binary.LittleEndian.Uint32(body), maxChannels))
			body = body[4:]
			m.channels = body[:min(n, len(body)/lenChannel)*lenChannel]
		}
	}
	return m
}
