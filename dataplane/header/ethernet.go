package header

import "encoding/binary"

// EtherTypes (IEEE 802 numbers registry).
const (
	EtherTypeIPv4     = 0x0800
	EtherTypeARP      = 0x0806
	EtherTypeERSPAN3  = 0x22eb
	EtherTypeBridge   = 0x6558
	EtherTypeVLAN     = 0x8100
	EtherTypeIPv6     = 0x86dd
	EtherTypePPP      = 0x880b
	EtherTypeMPLS     = 0x8847
	EtherTypeMPLSMult = 0x8848
	EtherTypePPPoEDis = 0x8863
	EtherTypePPPoE    = 0x8864
	EtherTypeQinQ     = 0x88a8
	EtherTypeERSPAN   = 0x88be
	EtherTypePBB      = 0x88e7
	EtherTypeDCE      = 0x8903
	EtherTypeVNTag    = 0x8926
	EtherTypeETag     = 0x893f
	EtherTypeNSH      = 0x894f
	EtherTypeOldQinQ  = 0x9100
)

// Ethernet is an Ethernet II header (IEEE 802.3 §3.2).
//
//	+-------------------+-------------------+-----------+
//	| destination (6)   | source (6)        | type (2)  |
//	+-------------------+-------------------+-----------+
type Ethernet []byte

const (
	etherDst  = 0
	etherSrc  = 6
	etherType = 12
	// EthernetSize is the header without tags.
	EthernetSize = 14
)

// Dst is the destination address.
func (b Ethernet) Dst() []byte { return b[etherDst : etherDst+6] }

// Src is the source address.
func (b Ethernet) Src() []byte { return b[etherSrc : etherSrc+6] }

// Type is the EtherType, or a length when below 1536 (LLC).
func (b Ethernet) Type() uint16 { return binary.BigEndian.Uint16(b[etherType:]) }

// VLAN is what follows the 802.1Q, 802.1ad or 0x9100 EtherType.
//
//	+---+-+--------------+------------------+
//	|PCP|D| identifier   | inner EtherType  |
//	+---+-+--------------+------------------+
type VLAN []byte

// VLANSize is the tag without the EtherType that announced it.
const VLANSize = 4

// ID is the 12-bit VLAN identifier.
func (b VLAN) ID() uint16 { return binary.BigEndian.Uint16(b) & 0x0fff }

// Type is the EtherType behind the tag.
func (b VLAN) Type() uint16 { return binary.BigEndian.Uint16(b[2:]) }

// ARP is an address resolution packet (RFC 826).
//
//	+----------------+----------------+------+------+----------------+
//	| hardware type  | protocol type  | hlen | plen | operation      |
//	+----------------+----------------+------+------+----------------+
//	| sender hw, sender protocol, target hw, target protocol address |
type ARP []byte

const (
	arpHard  = 0
	arpProto = 2
	arpHLen  = 4
	arpPLen  = 5
	arpOp    = 6
	// ARPMinSize is the fixed part, ARPSize the packet for IPv4 over Ethernet.
	ARPMinSize = 8
	ARPSize    = 28
)

// Hardware is the hardware type; 1 is Ethernet.
func (b ARP) Hardware() uint16 { return binary.BigEndian.Uint16(b[arpHard:]) }

// Protocol is an EtherType.
func (b ARP) Protocol() uint16 { return binary.BigEndian.Uint16(b[arpProto:]) }

// HardwareLen is the octets of a hardware address.
func (b ARP) HardwareLen() int { return int(b[arpHLen]) }

// ProtocolLen is the octets of a protocol address.
func (b ARP) ProtocolLen() int { return int(b[arpPLen]) }

// Operation is 1 request, 2 reply, 3 and 4 the same for RARP.
func (b ARP) Operation() uint16 { return binary.BigEndian.Uint16(b[arpOp:]) }
