package app

import "encoding/binary"

const (
	stunHead   = 20
	stunCookie = 0x2112a442
)

// Beside reports whether a datagram is a message of STUN (RFC 8489 section 5), which
// shares ports with others: with DTLS and media in WebRTC (RFC 7983). It says nothing
// of what else the flow carries, before it or behind.
func Beside(b []byte) bool {
	return len(b) >= stunHead && b[0]&0xc0 == 0 && binary.BigEndian.Uint32(b[4:]) == stunCookie &&
		int(binary.BigEndian.Uint16(b[2:])) == len(b)-stunHead
}
