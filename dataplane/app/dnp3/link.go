package dnp3

import "encoding/binary"

// Link frames (IEEE 1815 section 9.2.4).
const (
	start     = "\x05\x64"
	headLen   = 10 // start, length, control, addresses, CRC
	minLength = 5  // control and addresses are counted
	blockLen  = 16 // user data between two checksums
	crcLen    = 2

	ctlMaster   = 0x80 // DIR
	ctlPrimary  = 0x40
	ctlFCB      = 0x20
	ctlFCV      = 0x10
	ctlFunction = 0x0f

	fnConfirmedData   = 3
	fnUnconfirmedData = 4
)

// link is a frame's header.
type link struct {
	control  uint8
	dst, src uint16
	user     int // octets of user data, checksums not counted
}

// carries reports whether the frame has user data by its function.
func (l *link) carries() bool {
	fn := l.control & ctlFunction
	return l.control&ctlPrimary != 0 && (fn == fnConfirmedData || fn == fnUnconfirmedData)
}

// onWire is how many octets user data takes with its checksums.
func (l *link) onWire() int { return l.user + (l.user+blockLen-1)/blockLen*crcLen }

// readLink reads a header of headLen octets whose length is minLength or more.
func readLink(b []byte) link {
	return link{control: b[3], dst: binary.LittleEndian.Uint16(b[4:]), src: binary.LittleEndian.Uint16(b[6:]), user: int(b[2]) - minLength}
}

// crcTable is that of the CRC of IEC 60870-5-1 FT3, bits reflected.
var crcTable = func() (t [256]uint16) {
	for i := range t {
		c := uint16(i)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xa6bc
			} else {
				c >>= 1
			}
		}
		t[i] = c
	}
	return t
}()

func crc(b []byte) uint16 {
	var c uint16
	for _, x := range b {
		c = c>>8 ^ crcTable[uint8(c)^x]
	}
	return ^c
}

// checked reports whether b ends in the checksum of what stands before.
func checked(b []byte) bool {
	n := len(b) - crcLen
	return n >= 0 && crc(b[:n]) == binary.LittleEndian.Uint16(b[n:])
}

// unblock copies user data without its checksums to out, which has room for
// l.user octets; false: one of them is wrong.
func unblock(out, b []byte) ([]byte, bool) {
	for len(b) > 0 {
		block := b[:min(blockLen+crcLen, len(b))]
		if !checked(block) {
			return out, false
		}
		out = append(out, block[:len(block)-crcLen]...)
		b = b[len(block):]
	}
	return out, true
}
