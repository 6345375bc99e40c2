package enip

import "encoding/binary"

// CIP services that are read further (CIP volume 1, appendix A).
const (
	svcReply            = 0x80
	svcGetAttributeList = 0x03
	svcSetAttributeList = 0x04
	svcMultiple         = 0x0a
)

// Logical segments of a path (volume 1, appendix C): type in the three upper bits,
// then what it names, then its format.
const (
	segLogical   = 1 // above segKindBits
	segClass     = 8 // above segFormatBits, as the others
	segInstance  = 9
	segAttribute = 12
)

// service is one message of CIP: a request, or a reply.
type service struct {
	code  uint8 // without the bit of replies
	reply bool
	// path are a request's segments, status and extended a reply's.
	path     []byte
	status   uint8
	extended []byte
	// attributes are the numbers that a request for several names, two octets each,
	// as far as they can be told.
	attributes []byte
	// parts, of a packet of several services, begins with their number; partsAt is
	// where it begins.
	parts   []byte
	partsAt int
	// size is how many octets were read.
	size int
}

// readService reads what b begins with; a packet in a packet is not opened.
func readService(b []byte, nested bool) (s service, ok bool) {
	if len(b) < 2 {
		return s, false
	}
	s.code, s.reply = b[0]&^svcReply, b[0]&svcReply != 0
	at := 0
	if s.reply {
		if len(b) < 4 || len(b)-4 < 2*int(b[3]) {
			return s, false
		}
		// The length of the extended status counts words (volume 1, section 2-4.2).
		s.status, at = b[2], 4+2*int(b[3])
		s.extended = b[4:at]
	} else {
		if at = 2 + 2*int(b[1]); len(b) < at {
			return s, false
		}
		s.path = b[2:at]
		if !wellFormed(s.path) {
			return s, false
		}
	}
	rest := b[at:]
	s.size = at
	if s.code == svcMultiple && !nested {
		if len(rest) < 2 || len(rest)-2 < 2*int(binary.LittleEndian.Uint16(rest)) {
			return s, false
		}
		s.parts, s.partsAt = rest, at
		return s, true
	}
	if s.reply || s.code != svcGetAttributeList && s.code != svcSetAttributeList {
		return s, true
	}
	if len(rest) < 2 {
		return s, false
	}
	n := int(binary.LittleEndian.Uint16(rest))
	if s.code == svcSetAttributeList {
		n = min(n, 1) // the value of the first stands before the second, and only its class knows its length
	}
	if len(rest)-2 < 2*n {
		return s, false
	}
	s.attributes = rest[2 : 2+2*n]
	s.size += 2 + 2*n
	return s, true
}

// part is service i of a packet of several: where it begins in the packet, and what
// it says; false: there is no such.
func (s *service) part(i int) (at int, p service, ok bool) {
	if 2+2*i >= len(s.parts) {
		return 0, p, false
	}
	off := int(binary.LittleEndian.Uint16(s.parts[2+2*i:]))
	if off >= len(s.parts) {
		return 0, p, false
	}
	p, ok = readService(s.parts[off:], true)
	return s.partsAt + off, p, ok
}

// count is the number of services in a packet of several.
func (s *service) count() int {
	if len(s.parts) < 2 {
		return 0
	}
	return int(binary.LittleEndian.Uint16(s.parts))
}

// segment takes the first segment off a path; n is 0 when it is none that can be
// read.
func segment(path []byte) (typ uint8, value uint32, n int) {
	if len(path) < 2 || path[0]>>5 != segLogical {
		return 0, 0, 0
	}
	switch typ = path[0]; typ & 3 {
	case 0:
		return typ, uint32(path[1]), 2
	case 1:
		if len(path) >= 4 {
			return typ, uint32(binary.LittleEndian.Uint16(path[2:])), 4
		}
	case 2:
		if len(path) >= 6 {
			return typ, binary.LittleEndian.Uint32(path[2:]), 6
		}
	}
	return 0, 0, 0
}

func wellFormed(path []byte) bool {
	for len(path) > 0 {
		_, _, n := segment(path)
		if n == 0 {
			return false
		}
		path = path[n:]
	}
	return true
}
