package anomaly

// Observation is what the worker knows of one packet when the anomaly stage
// runs: numbers only, filled from the decoded packet and its flow.
type Observation struct {
	// TimeUS is the packet's time, microseconds of the Unix epoch.
	TimeUS int64
	// Addresses; IPv4 in the first four octets, the rest zero.
	Src, Dst [16]byte
	// Len is the IP datagram's length in octets.
	Len              uint32
	SrcPort, DstPort uint16
	// Pair is the port pair the packet came in by.
	Pair uint16
	// AppProto is the flow's application protocol, 0 unknown.
	AppProto uint16
	// IPVersion is 4 or 6; anything else is not looked at.
	IPVersion, Proto uint8
	TCPFlags         uint8
	ICMPType         uint8
	ICMPCode         uint8
	// FromInside: the packet came in by the pair's inside port.
	FromInside bool
	// Fragment: an IP fragment, first or later.
	Fragment bool
	// NewFlow: this packet made its flow.
	NewFlow bool
	// FlowEstablished: the TCP handshake is complete, or, for other protocols,
	// both sides have sent.
	FlowEstablished bool
	// FlowEstablishedNow: it became so with this packet. For TCP the flow
	// tracker must have checked that the client acknowledged the server's
	// sequence number: this is what makes a source address a proven one.
	FlowEstablishedNow bool
	// ToServer: the packet goes from the flow's initiator to the other side.
	ToServer bool
}

// FailureKind says how an attempt to reach a service failed.
type FailureKind uint8

// Kinds of failure. Silence is reported by the flow table when a flow that was
// never answered times out; the scorer also infers it from counts.
const (
	FailRefused     FailureKind = 1 + iota // RST in answer to a SYN
	FailUnreachable                        // ICMP unreachable about the flow
	FailSilence
)

// Failure is one failed attempt. A RST is seen in Observe; the caller reports
// the ICMP errors (from the embedded tuple) and the time-outs.
type Failure struct {
	TimeUS         int64
	Client, Server [16]byte
	Port           uint16
	Pair           uint16
	IPVersion      uint8
	Proto          uint8
	Kind           FailureKind
}

// FlowEnd is a flow that ended or timed out.
type FlowEnd struct {
	TimeUS, StartUS int64
	Client, Server  [16]byte
	// Octets and packets, to the server and to the client.
	BytesTS, BytesTC uint64
	PktsTS, PktsTC   uint32
	Port             uint16
	Pair             uint16
	AppProto         uint16
	// AuthFailures the parser saw (HTTP 401, SMTP 535, FTP 530, …).
	AuthFailures uint16
	IPVersion    uint8
	Proto        uint8
	ClientInside bool
	Established  bool
	// RequestDone: at least one request of the client was complete, as told
	// before through RequestDone.
	RequestDone bool
}

// DNS is one DNS message. Name is the queried name as text, labels separated
// by dots, any case, no trailing dot needed; it is not kept.
type DNS struct {
	TimeUS    int64
	Client    [16]byte
	Name      []byte
	QType     uint16
	Pair      uint16
	IPVersion uint8
	RCode     uint8
	Response  bool
}

// Violation is a packet or a transaction that breaks its protocol: an event of
// the decoder, the stream engine or a parser.
type Violation struct {
	TimeUS    int64
	Src       [16]byte
	Pair      uint16
	IPVersion uint8
}

// TCP flags and protocol numbers that the detectors ask for.
const (
	tcpSYN = 0x02
	tcpRST = 0x04
	tcpACK = 0x10

	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58

	icmpEcho   = 8
	icmpv6Echo = 128
)
