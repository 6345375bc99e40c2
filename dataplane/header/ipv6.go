package header

import "encoding/binary"

// IP protocol numbers (IANA registry).
const (
	ProtoHopOpts  = 0
	ProtoICMP     = 1
	ProtoIGMP     = 2
	ProtoIPIP     = 4
	ProtoTCP      = 6
	ProtoUDP      = 17
	ProtoIPv6     = 41
	ProtoRouting  = 43
	ProtoFragment = 44
	ProtoGRE      = 47
	ProtoESP      = 50
	ProtoAH       = 51
	ProtoICMPv6   = 58
	ProtoNone     = 59
	ProtoDstOpts  = 60
	ProtoSCTP     = 132
	ProtoMobility = 135
	ProtoHIP      = 139
	ProtoShim6    = 140
)

// IPv6 is an IPv6 header (RFC 8200 §3).
//
//	+-------+---------------+---------------------------------------+
//	|Version| Traffic Class |           Flow Label                  |
//	+-------+---------------+-------+---------------+---------------+
//	|         Payload Length        |  Next Header  |   Hop Limit   |
//	+-------------------------------+---------------+---------------+
//	|                 Source Address (16 octets)                    |
//	+---------------------------------------------------------------+
//	|              Destination Address (16 octets)                  |
//	+---------------------------------------------------------------+
type IPv6 []byte

const (
	ip6Len  = 4
	ip6Next = 6
	ip6Hop  = 7
	ip6Src  = 8
	ip6Dst  = 24
	// IPv6Size is the fixed header.
	IPv6Size = 40
)

// Version is the IP version nibble.
func (b IPv6) Version() int { return int(b[0] >> 4) }

// TrafficClass is the class octet, IPv4's TOS.
func (b IPv6) TrafficClass() uint8 { return b[0]<<4 | b[1]>>4 }

// FlowLabel is the 20-bit label.
func (b IPv6) FlowLabel() uint32 { return binary.BigEndian.Uint32(b) & 0xfffff }

// PayloadLen is everything behind the fixed header.
func (b IPv6) PayloadLen() int { return int(binary.BigEndian.Uint16(b[ip6Len:])) }

// NextHeader is the protocol number of what follows.
func (b IPv6) NextHeader() uint8 { return b[ip6Next] }

// HopLimit is IPv4's time to live.
func (b IPv6) HopLimit() uint8 { return b[ip6Hop] }

// Src is the source address.
func (b IPv6) Src() []byte { return b[ip6Src : ip6Src+16] }

// Dst is the destination address.
func (b IPv6) Dst() []byte { return b[ip6Dst : ip6Dst+16] }

// SetPayloadLen writes the payload length.
func (b IPv6) SetPayloadLen(n int) { binary.BigEndian.PutUint16(b[ip6Len:], uint16(n)) }

// SetNextHeader writes the next header.
func (b IPv6) SetNextHeader(p uint8) { b[ip6Next] = p }

// IPv6Ext is an extension header of the common form (RFC 8200 §4.2): hop-by-hop,
// destination options, routing, mobility, HIP, Shim6.
//
//	+---------------+---------------+--------------------
//	|  Next Header  |  Hdr Ext Len  | data, 8n+6 octets
//	+---------------+---------------+--------------------
type IPv6Ext []byte

// NextHeader is the protocol number of what follows.
func (b IPv6Ext) NextHeader() uint8 { return b[0] }

// Len is the whole header in octets, at least 8.
func (b IPv6Ext) Len() int { return 8 + int(b[1])*8 }

// IPv6Fragment is the fragment header (RFC 8200 §4.5).
//
//	+---------------+---------------+-------------------------+---+-+
//	|  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
//	+---------------+---------------+-------------------------+---+-+
//	|                         Identification                        |
//	+---------------------------------------------------------------+
type IPv6Fragment []byte

// IPv6FragmentSize is the fragment header.
const IPv6FragmentSize = 8

// NextHeader is the first header of the fragmentable part.
func (b IPv6Fragment) NextHeader() uint8 { return b[0] }

// Reserved is the octet that must be zero.
func (b IPv6Fragment) Reserved() uint8 { return b[1] }

// Offset is the fragment offset in octets.
func (b IPv6Fragment) Offset() int { return int(binary.BigEndian.Uint16(b[2:]) & 0xfff8) }

// More is the M flag.
func (b IPv6Fragment) More() bool { return b[3]&1 != 0 }

// ID is the identification.
func (b IPv6Fragment) ID() uint32 { return binary.BigEndian.Uint32(b[4:]) }

// AH is an authentication header (RFC 4302 §2).
//
//	+---------------+---------------+-------------------------------+
//	|  Next Header  |  Payload Len  |           Reserved            |
//	+---------------+---------------+-------------------------------+
//	|  security parameters index, sequence number, check value      |
type AH []byte

// AHMinSize is the header without its check value.
const AHMinSize = 12

// NextHeader is the protocol number of what follows.
func (b AH) NextHeader() uint8 { return b[0] }

// Len is the whole header in octets (the field counts words beyond two).
func (b AH) Len() int { return (int(b[1]) + 2) * 4 }

// Reserved must be zero.
func (b AH) Reserved() uint16 { return binary.BigEndian.Uint16(b[2:]) }
