package input

// LinkType is the pcap LINKTYPE of the frame, so that decoders and captures
// speak of the same numbers (https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// Link types that weir decodes.
const (
	LinkNull     LinkType = 0
	LinkEthernet LinkType = 1
	LinkPPP      LinkType = 9
	LinkRaw      LinkType = 101
	LinkCHDLC    LinkType = 104
	LinkLoop     LinkType = 108
	LinkSLL      LinkType = 113
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkSLL2     LinkType = 276
)

// Dir is the direction of a packet within its flow.
type Dir uint8

// Directions. Unknown until the flow stage ran, and for packets with no flow.
const (
	DirUnknown Dir = iota
	ToServer
	ToClient
)

// Reverse returns the other direction; DirUnknown stays.
func (d Dir) Reverse() Dir {
	switch d {
	case ToServer:
		return ToClient
	case ToClient:
		return ToServer
	}
	return DirUnknown
}

// Source says what made a packet, as EVE's pkt_src does.
type Source uint8

// Packet sources.
const (
	SourceWire Source = iota
	SourceTunnel
	SourceDefrag
	SourceFlowEnd // pseudo-packet: timeout, eviction, end of capture
)

// CSum is what is known of a checksum.
type CSum uint8

// Checksum states. Unknown means nobody has computed it yet.
const (
	CSumUnknown CSum = iota
	CSumGood
	CSumBad
)

// IP fragment bits as they stand in Packet.FragBits.
const (
	FragMore     = 1 << 0
	FragDont     = 1 << 1
	FragReserved = 1 << 2
)

// TCP flag bits (RFC 9293 §3.1).
const (
	TCPFin = 0x01
	TCPSyn = 0x02
	TCPRst = 0x04
	TCPPsh = 0x08
	TCPAck = 0x10
	TCPUrg = 0x20
	TCPEce = 0x40
	TCPCwr = 0x80
)

// TCP carries the header and options of a TCP segment; valid when
// Packet.Proto is 6 and Packet.L4Off is not zero.
type TCP struct {
	Seq, Ack uint32
	Window   uint16
	Urgent   uint16
	Flags    uint8
	// HdrLen is the data offset in octets.
	HdrLen uint8
	// Opts says which of the option fields below were present.
	Opts   uint8
	WScale uint8
	MSS    uint16
	TSVal  uint32
	TSEcr  uint32
	// SACKOff and SACKLen give the SACK blocks within Frame.
	SACKOff int32
	SACKLen uint8
}

// TCP option presence bits in TCP.Opts.
const (
	OptMSS = 1 << iota
	OptWScale
	OptSACKPermitted
	OptSACK
	OptTimestamp
	OptTFO
	OptSigned // an MD5 digest (RFC 2385) or the authentication option (RFC 5925)
	OptBad    // the option list is malformed
)

// IPv4 option presence bits in Packet.IPOpts, as the `ipopts` keyword asks.
const (
	IPOptEOL = 1 << iota
	IPOptNOP
	IPOptRR
	IPOptQS
	IPOptTS
	IPOptSEC
	IPOptLSRR
	IPOptESEC
	IPOptCIPSO
	IPOptSID
	IPOptSSRR
	IPOptRTRALT
)

// Embedded is the tuple inside an ICMP error, in the direction of the packet
// that caused it; valid when OK.
type Embedded struct {
	OK               bool
	Proto            uint8
	SrcPort, DstPort uint16
	Src, Dst         [16]byte
}

// Packet is one decoded packet. Offsets are octets from the start of Frame; 0
// stands for "not there" except for the first header. Everything is clipped to
// the IP total length: octets behind it (Ethernet padding) are only reachable
// through Frame.
type Packet struct {
	// Frame is the packet from its outermost header of this layer; for an inner
	// packet of a tunnel it starts at the inner header.
	Frame []byte
	// TimeUS is the time of arrival, microseconds since the Unix epoch.
	TimeUS int64
	// Num counts packets of the capture or port from 1 (pcap_cnt); 0: none.
	Num uint64

	Link   LinkType
	Source Source
	Dir    Dir
	// Depth is the number of tunnel layers around this packet.
	Depth uint8

	// L2Off..PayloadOff: start of the Ethernet (or other link) header, of the IP
	// header, of the transport header and of its payload. PayloadEnd is one past
	// the last payload octet.
	L2Off, L3Off, L4Off, PayloadOff, PayloadEnd int32
	// L3End is one past the last octet of the IP datagram.
	L3End int32

	EtherType uint16
	// VLAN holds the identifiers from the outside in (12 bits each).
	VLAN      [3]uint16
	VLANCount uint8

	// IPVersion is 4, 6 or 0 for what is no IP.
	IPVersion uint8
	// Proto is the transport protocol, behind all extension headers.
	Proto  uint8
	TTL    uint8
	TOS    uint8
	IPHLen uint16 // header octets, extension headers included
	IPID   uint32
	// FragOff is the fragment offset in octets; Fragment is set for every
	// fragment but an atomic one.
	FragOff  uint16
	FragBits uint8
	Fragment bool
	// Src and Dst: IPv4 stands in the first four octets, the rest is zero.
	Src, Dst         [16]byte
	SrcPort, DstPort uint16
	// SrcPort and DstPort are valid when HasPorts; for ICMP they are zero.
	HasPorts bool

	ICMPType, ICMPCode uint8
	// ICMPID and ICMPSeq are valid when HasICMPID (echo, timestamp, … queries).
	HasICMPID       bool
	ICMPID, ICMPSeq uint16
	ICMPMTU         uint32
	Embedded        Embedded
	TCP             TCP
	SCTPVTag        uint32
	// SCTPChunks counts the chunks; every chunk from L4Off+12 on was found to lie
	// inside the datagram.
	SCTPChunks uint16
	// IPOpts says which IPv4 options were present (IPOpt bits).
	IPOpts uint16
	// Tunnel is set when a packet inside this one is inspected on its own; the
	// payload of the carrier then is not.
	Tunnel bool
	// Streamed: the payload is part of the TCP stream, so that the stream's views
	// cover it. Covered: one that is judged with this very packet does.
	Streamed       bool
	Covered        bool
	L3CSum, L4CSum CSum
	// Invalid is set when the packet is malformed in a way that keeps it from
	// being looked at further; Events says why.
	Invalid bool
	Events  EventSet
	// Again are events that were raised once more, as options raise them one by one.
	Again  [3]EventID
	Agains uint8

	// Outer is the packet that carried this one, or nil.
	Outer *Packet

	// Flow is set by the worker before detection when the packet has one.
	Flow *Flow
}

// Payload is the transport payload, clipped to the IP length.
func (p *Packet) Payload() []byte {
	if p.PayloadOff <= 0 || p.PayloadEnd <= p.PayloadOff {
		return nil
	}
	return p.Frame[p.PayloadOff:p.PayloadEnd]
}

// L3 is the IP datagram, headers included, clipped to its total length.
func (p *Packet) L3() []byte {
	if p.IPVersion == 0 {
		return nil
	}
	return p.Frame[p.L3Off:p.L3End]
}

// L4 is the transport header and payload; nil when there is none.
func (p *Packet) L4() []byte {
	if p.L4Off <= 0 {
		return nil
	}
	return p.Frame[p.L4Off:p.L3End]
}
