package event

// HeadSize is the length of a Head in the ring, octets.
const HeadSize = 160

// Head is the fixed part of every record. It holds no pointers and has the same
// layout in both processes, which are one binary; RegionVersion changes when it
// does. Zero values mean "not there" where a flag does not say otherwise.
//
// Addresses and ports are those of the packet, so source and destination swap
// with the packet's direction; flow and transaction kinds carry the flow's own
// orientation (source = client).
type Head struct {
	// Len is the length of the record with its head, octets.
	Len  uint32
	Kind Kind
	// IPVersion is 4, 6 or 0 (no IP: no addresses are printed).
	IPVersion uint8
	Flags     Flags

	// TimeUS is the event's time, microseconds since the Unix epoch: the packet's
	// own, and for flows the time of their end.
	TimeUS int64
	// FlowID is 0 for packets without a flow.
	FlowID      uint64
	FlowStartUS int64
	// ParentID is the flow that this one was expected by or tunnelled in; 0: none.
	ParentID uint64
	// PktNum is pcap_cnt; 0: not printed.
	PktNum uint64
	// TxID is valid with HasTx.
	TxID uint64

	// Src and Dst: IPv4 stands in the first four octets.
	Src, Dst [16]byte

	// RuleIndex and Generation name the rule of an alert or of a drop: the index
	// within the policy bundle of that generation. Valid with HasRule.
	RuleIndex  uint32
	Generation uint32
	// TenantID is for multi-tenant policies; 0: not printed.
	TenantID uint32

	// SrcPort and DstPort are valid with HasPorts.
	SrcPort, DstPort uint16
	// VLAN holds VLANCount identifiers from the outside in.
	VLAN [3]uint16
	// AppProto and its relatives are ids of the application registry; 0: none.
	AppProto, AppProtoTS, AppProtoTC, AppProtoOrig, AppProtoExpected uint16
	Worker, Pair                                                     uint16

	// Proto is the IP protocol; valid when IPVersion is not 0.
	Proto uint8
	// Dir is 0 unknown, 1 to server, 2 to client.
	Dir       uint8
	Source    Source
	VLANCount uint8
	// ICMPType and ICMPCode are valid with HasICMP.
	ICMPType, ICMPCode uint8
	// Action is what the rule asked for; Verdict what became of the packet.
	Action  Action
	Verdict Action
	// Reason says why a packet was dropped.
	Reason Reason
	// TunnelDepth counts the layers around the packet.
	TunnelDepth uint8
	// Port is the index of the port the packet came in by, for in_iface; valid
	// with HasPort.
	Port uint8
	_    [21]byte
}

// Flags qualify a Head.
type Flags uint16

// Head flags.
const (
	// Truncated: the body did not fit MaxRecord and was cut; set by the Writer.
	Truncated Flags = 1 << iota
	// Pseudo: no packet on the wire caused the event (timeout, end of capture).
	Pseudo
	// FromInside: the packet came in by its pair's inside port.
	FromInside
	HasPorts
	HasICMP
	HasTx
	HasRule
	HasPort
	// TxGuessed: the transaction is the engine's best guess (alert.tx_guessed).
	TxGuessed
	// Inline: the pair forwards; without it a drop is only a wish and EVE says
	// "allowed".
	Inline
	// WouldDrop: tap mode or a shadow policy kept a drop from happening.
	WouldDrop
	// ActionModified: rate_filter or a policy changed the rule's action, so
	// alert.action follows Verdict.
	ActionModified
	// MatchedStream: the alert was raised by reassembled data or a transaction.
	MatchedStream
	// Firewall: the rule is a firewall rule.
	Firewall
)

// Action is a set of what to do with a packet, as Suricata folds them.
type Action uint8

// Actions.
const (
	ActionAlert Action = 1 << iota
	ActionDrop
	ActionReject    // reset or unreachable to the sender
	ActionRejectDst // to the receiver
	ActionRejectBoth
	ActionPass
	ActionAccept    // firewall rules
	ActionRejectAny = ActionReject | ActionRejectDst | ActionRejectBoth
)

// Source says what made a packet, as EVE's pkt_src prints it.
type Source uint8

// Packet sources.
const (
	SourceWire Source = iota
	SourceGRE
	SourceIPv4Tunnel
	SourceIPv6Tunnel
	SourceTeredo
	SourceDefrag
	SourceStreamFlush
	SourceFlowTimeout
	SourceGeneve
	SourceVXLAN
	SourceReloadFlush
	SourceCaptureTimeout
	SourceShutdownFlush
	NumSources
)

var sourceNames = [...]string{
	SourceWire:           "wire/pcap",
	SourceGRE:            "gre tunnel",
	SourceIPv4Tunnel:     "ipv4 tunnel",
	SourceIPv6Tunnel:     "ipv6 tunnel",
	SourceTeredo:         "teredo tunnel",
	SourceDefrag:         "defrag",
	SourceStreamFlush:    "stream (detect/log)",
	SourceFlowTimeout:    "stream (flow timeout)",
	SourceGeneve:         "geneve encapsulation",
	SourceVXLAN:          "vxlan encapsulation",
	SourceReloadFlush:    "detect reload flush",
	SourceCaptureTimeout: "capture timeout flush",
	SourceShutdownFlush:  "shutdown flush",
}

// String is the source as EVE's pkt_src prints it.
func (s Source) String() string {
	if int(s) < len(sourceNames) {
		return sourceNames[s]
	}
	return "unknown"
}
