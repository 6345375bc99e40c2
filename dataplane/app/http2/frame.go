package http2

import "encoding/binary"

// Frames (RFC 9113 section 4.1):
//
//	Length (24), Type (8), Flags (8), Reserved (1), Stream Identifier (31), payload
const frameHeader = 9

// Frame types (section 6).
const (
	frameData         = 0
	frameHeaders      = 1
	framePriority     = 2
	frameReset        = 3
	frameSettings     = 4
	framePush         = 5
	framePing         = 6
	frameGoAway       = 7
	frameWindow       = 8
	frameContinuation = 9
)

// Flags.
const (
	flagAck        = 0x01
	flagEndStream  = 0x01
	flagEndHeaders = 0x04
	flagPadded     = 0x08
	flagPriority   = 0x20
)

// frame is a frame's header.
type frame struct {
	n          int
	typ, flags uint8
	stream     uint32
}

// readFrame reads a header; b has at least frameHeader octets.
func readFrame(b []byte) frame {
	return frame{
		n: int(b[0])<<16 | int(b[1])<<8 | int(b[2]), typ: b[3], flags: b[4],
		stream: binary.BigEndian.Uint32(b[5:]) &^ (1 << 31),
	}
}

// unpad takes the padding off a payload (section 6.1).
func unpad(b []byte, flags uint8) ([]byte, bool) {
	if flags&flagPadded == 0 {
		return b, true
	}
	if len(b) == 0 || int(b[0]) > len(b)-1 {
		return nil, false
	}
	return b[1 : len(b)-int(b[0])], true
}
