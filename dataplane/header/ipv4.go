package header

import "encoding/binary"

// IPv4 is an IPv4 header (RFC 791 §3.1).
//
//	 0                   1                   2                   3
//	+-------+-------+---------------+-------------------------------+
//	|Version|  IHL  |Type of Service|          Total Length         |
//	+-------+-------+---------------+-----+-------------------------+
//	|         Identification        |Flags|      Fragment Offset    |
//	+---------------+---------------+-----+-------------------------+
//	|  Time to Live |    Protocol   |         Header Checksum       |
//	+---------------+---------------+-------------------------------+
//	|                       Source Address                          |
//	+---------------------------------------------------------------+
//	|                    Destination Address                        |
//	+---------------------------------------------------------------+
type IPv4 []byte

const (
	ip4VerIHL  = 0
	ip4TOS     = 1
	ip4Len     = 2
	ip4ID      = 4
	ip4Frag    = 6
	ip4TTL     = 8
	ip4Proto   = 9
	ip4Sum     = 10
	ip4Src     = 12
	ip4Dst     = 16
	ip4OffMask = 0x1fff
	// IPv4MinSize is the header without options.
	IPv4MinSize = 20
)

// Version is the IP version nibble.
func (b IPv4) Version() int { return int(b[ip4VerIHL] >> 4) }

// HeaderLen is the IHL in octets; it may be below the minimum.
func (b IPv4) HeaderLen() int { return int(b[ip4VerIHL]&0x0f) * 4 }

// TOS is the type of service octet.
func (b IPv4) TOS() uint8 { return b[ip4TOS] }

// TotalLen is header and data.
func (b IPv4) TotalLen() int { return int(binary.BigEndian.Uint16(b[ip4Len:])) }

// ID is the identification.
func (b IPv4) ID() uint16 { return binary.BigEndian.Uint16(b[ip4ID:]) }

// FragWord is flags and offset as they stand.
func (b IPv4) FragWord() uint16 { return binary.BigEndian.Uint16(b[ip4Frag:]) }

// FragOffset is the offset in octets.
func (b IPv4) FragOffset() int { return int(b.FragWord()&ip4OffMask) * 8 }

// MoreFragments, DontFragment and Reserved are the three flags.
func (b IPv4) MoreFragments() bool { return b.FragWord()&0x2000 != 0 }

// DontFragment is the DF bit.
func (b IPv4) DontFragment() bool { return b.FragWord()&0x4000 != 0 }

// Reserved is the bit that must be zero.
func (b IPv4) Reserved() bool { return b.FragWord()&0x8000 != 0 }

// TTL is the time to live.
func (b IPv4) TTL() uint8 { return b[ip4TTL] }

// Protocol is the protocol number.
func (b IPv4) Protocol() uint8 { return b[ip4Proto] }

// Checksum is the header checksum.
func (b IPv4) Checksum() uint16 { return binary.BigEndian.Uint16(b[ip4Sum:]) }

// Src is the source address.
func (b IPv4) Src() []byte { return b[ip4Src : ip4Src+4] }

// Dst is the destination address.
func (b IPv4) Dst() []byte { return b[ip4Dst : ip4Dst+4] }

// SetTotalLen writes the total length.
func (b IPv4) SetTotalLen(n int) { binary.BigEndian.PutUint16(b[ip4Len:], uint16(n)) }

// SetFragWord writes flags and offset.
func (b IPv4) SetFragWord(w uint16) { binary.BigEndian.PutUint16(b[ip4Frag:], w) }

// SetChecksum writes the header checksum.
func (b IPv4) SetChecksum(c uint16) { binary.BigEndian.PutUint16(b[ip4Sum:], c) }

// SetTTL writes the time to live.
func (b IPv4) SetTTL(t uint8) { b[ip4TTL] = t }
