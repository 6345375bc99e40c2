package input

// FlowState is where a flow stands, as the `flow` keyword and EVE name it.
type FlowState uint8

// Flow states.
const (
	FlowNew FlowState = iota
	FlowEstablished
	FlowClosed
	FlowBypassed
)

// AppProto is an application protocol; names stand in the app registry.
type AppProto uint16

// Flow is what rules may ask of a flow. The worker fills it from the flow
// table before a packet's detection; it is a copy, not the record.
type Flow struct {
	// ID is stable for the life of the flow: EVE's flow_id.
	ID uint64
	// Slot is the flow's slot in the worker's table; side tables use it.
	Slot  uint32
	State FlowState
	// Established is what flow:established asks for: a completed handshake for
	// TCP, packets in both directions for the rest.
	Established bool
	// BothSides is set when packets were seen in both directions (what
	// `flow:established` means for UDP and ICMP).
	BothSides bool
	// Vars is the handle of the flow's variables in the worker's store.
	Vars *uint32
	// Closing: a side of the TCP session has sent its FIN, and it is not over yet.
	Closing bool
	// Midstream: picked up without a handshake.
	Midstream bool
	// Elephant per direction, as flow.elephant asks (bit 0 to server, 1 to client).
	Elephant uint8
	// Accepted: a firewall accepted the flow. Passed: detection does not look at it.
	Accepted, Passed bool

	// ProtoDone: with this packet, detection of the application protocol ended in a
	// direction.
	ProtoDone bool

	AppProto, AppProtoTS, AppProtoTC, AppProtoOrig AppProto

	PktsTS, PktsTC   uint64
	BytesTS, BytesTC uint64
	StartUS, LastUS  int64
	// Streams: octets reassembled so far (stream_size).
	StreamTS, StreamTC uint64
	// TCPFlagsTS and TCPFlagsTC are all flags seen so far.
	TCPFlagsTS, TCPFlagsTC uint8
}
