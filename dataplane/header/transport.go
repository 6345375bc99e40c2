package header

import "encoding/binary"

// TCP is a TCP header (RFC 9293 §3.1).
//
//	+-------------------------------+-------------------------------+
//	|          Source Port          |       Destination Port        |
//	+-------------------------------+-------------------------------+
//	|                        Sequence Number                        |
//	+---------------------------------------------------------------+
//	|                    Acknowledgment Number                      |
//	+-------+-------+---------------+-------------------------------+
//	| Offset| Rsrvd |     Flags     |            Window             |
//	+-------+-------+---------------+-------------------------------+
//	|           Checksum            |         Urgent Pointer        |
//	+-------------------------------+-------------------------------+
type TCP []byte

const (
	tcpSrc   = 0
	tcpDst   = 2
	tcpSeq   = 4
	tcpAck   = 8
	tcpOff   = 12
	tcpFlags = 13
	tcpWin   = 14
	tcpSum   = 16
	tcpUrg   = 18
	// TCPMinSize is the header without options, TCPMaxSize with all of them.
	TCPMinSize = 20
	TCPMaxSize = 60
)

// SrcPort is the source port.
func (b TCP) SrcPort() uint16 { return binary.BigEndian.Uint16(b[tcpSrc:]) }

// DstPort is the destination port.
func (b TCP) DstPort() uint16 { return binary.BigEndian.Uint16(b[tcpDst:]) }

// Seq is the sequence number.
func (b TCP) Seq() uint32 { return binary.BigEndian.Uint32(b[tcpSeq:]) }

// Ack is the acknowledgment number.
func (b TCP) Ack() uint32 { return binary.BigEndian.Uint32(b[tcpAck:]) }

// HeaderLen is the data offset in octets; it may be below the minimum.
func (b TCP) HeaderLen() int { return int(b[tcpOff]>>4) * 4 }

// Flags are the eight flag bits.
func (b TCP) Flags() uint8 { return b[tcpFlags] }

// Window is the window as it stands, not scaled.
func (b TCP) Window() uint16 { return binary.BigEndian.Uint16(b[tcpWin:]) }

// Checksum is the checksum.
func (b TCP) Checksum() uint16 { return binary.BigEndian.Uint16(b[tcpSum:]) }

// Urgent is the urgent pointer.
func (b TCP) Urgent() uint16 { return binary.BigEndian.Uint16(b[tcpUrg:]) }

// SetChecksum writes the checksum.
func (b TCP) SetChecksum(c uint16) { binary.BigEndian.PutUint16(b[tcpSum:], c) }

// UDP is a UDP header (RFC 768).
//
//	+----------------+----------------+----------------+----------------+
//	|  Source Port   |Destination Port|     Length     |    Checksum    |
//	+----------------+----------------+----------------+----------------+
type UDP []byte

// UDPSize is the header.
const UDPSize = 8

// SrcPort is the source port.
func (b UDP) SrcPort() uint16 { return binary.BigEndian.Uint16(b) }

// DstPort is the destination port.
func (b UDP) DstPort() uint16 { return binary.BigEndian.Uint16(b[2:]) }

// Len is header and data.
func (b UDP) Len() int { return int(binary.BigEndian.Uint16(b[4:])) }

// Checksum is the checksum; zero means none was made (IPv4 only).
func (b UDP) Checksum() uint16 { return binary.BigEndian.Uint16(b[6:]) }

// SetChecksum writes the checksum.
func (b UDP) SetChecksum(c uint16) { binary.BigEndian.PutUint16(b[6:], c) }

// ICMP is an ICMP (RFC 792) or ICMPv6 (RFC 4443 §2.1) header with the four
// octets whose meaning depends on the type.
//
//	+---------------+---------------+-------------------------------+
//	|     Type      |     Code      |           Checksum            |
//	+---------------+---------------+-------------------------------+
//	| identifier, sequence number; or MTU; or unused                |
//	+---------------------------------------------------------------+
type ICMP []byte

// ICMPSize is type, code, checksum and the word behind them.
const ICMPSize = 8

// Type is the message type.
func (b ICMP) Type() uint8 { return b[0] }

// Code is the message code.
func (b ICMP) Code() uint8 { return b[1] }

// Checksum is the checksum.
func (b ICMP) Checksum() uint16 { return binary.BigEndian.Uint16(b[2:]) }

// ID is the identifier of a query.
func (b ICMP) ID() uint16 { return binary.BigEndian.Uint16(b[4:]) }

// Seq is the sequence number of a query.
func (b ICMP) Seq() uint16 { return binary.BigEndian.Uint16(b[6:]) }

// Word is the second word: ICMPv6's MTU.
func (b ICMP) Word() uint32 { return binary.BigEndian.Uint32(b[4:]) }

// SetChecksum writes the checksum.
func (b ICMP) SetChecksum(c uint16) { binary.BigEndian.PutUint16(b[2:], c) }

// SCTP is the SCTP common header (RFC 9260 §3.1).
//
//	+-------------------------------+-------------------------------+
//	|          Source Port          |       Destination Port        |
//	+-------------------------------+-------------------------------+
//	|                       Verification Tag                        |
//	+---------------------------------------------------------------+
//	|                       Checksum (CRC32c)                       |
//	+---------------------------------------------------------------+
type SCTP []byte

// SCTPSize is the common header, SCTPChunkSize a chunk's header and
// SCTPDataSize the header of a DATA chunk.
const (
	SCTPSize      = 12
	SCTPChunkSize = 4
	SCTPDataSize  = 16
)

// SrcPort is the source port.
func (b SCTP) SrcPort() uint16 { return binary.BigEndian.Uint16(b) }

// DstPort is the destination port.
func (b SCTP) DstPort() uint16 { return binary.BigEndian.Uint16(b[2:]) }

// VTag is the verification tag.
func (b SCTP) VTag() uint32 { return binary.BigEndian.Uint32(b[4:]) }

// Checksum is the CRC32c, little endian on the wire (RFC 9260 Appendix A).
func (b SCTP) Checksum() uint32 { return binary.LittleEndian.Uint32(b[8:]) }

// SCTPChunk is a chunk (RFC 9260 §3.2): type, flags, length with this header.
type SCTPChunk []byte

// Type is the chunk type.
func (b SCTPChunk) Type() uint8 { return b[0] }

// Len is the chunk without its padding.
func (b SCTPChunk) Len() int { return int(binary.BigEndian.Uint16(b[2:])) }
