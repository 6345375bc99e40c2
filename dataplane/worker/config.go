package worker

import (
	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/anomaly/sketch"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/defrag"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/stream"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/dataset"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/state"
)

// Port is one port of the worker's pairs with the worker's queues on it.
type Port struct {
	// Rx is nil for a port that is only sent to.
	Rx port.Source
	// Tx is nil where nothing can be sent.
	Tx   port.Sink
	Peer int // index of the other port of the pair, -1: none
	Pair uint16
	Mode port.Mode
	// Inside marks the pair's inside port.
	Inside bool
	Link   input.LinkType
	// Offload: flows may be offered to this port (Config.Offload).
	Offload bool
	// StartupDrop: packets wait outside until the first rules are in force.
	StartupDrop bool
	// Exceptions are the pair's own policies; nil: the worker's.
	Exceptions *Exceptions
}

// Log says which events a worker writes.
type Log struct {
	Alert, Drop, Flow, Netflow, Anomaly, ARP bool
	// Ether adds the link-layer addresses.
	Ether bool
	// VarEvents logs an event of its own for each packet that a rule took a variable
	// from.
	VarEvents bool
	// PacketHead adds the first octets of the packet to anomalies of packets
	// (anomaly.packethdr).
	PacketHead bool
	// DropAll logs a drop event for every packet of a dropped flow, not only the
	// first (drop.flows: all).
	DropAll bool
	// DropAlerts adds the rule to drop events; DropVerdict the verdict.
	DropAlerts, DropVerdict bool
	Payload                 event.PayloadParts
	Packet                  bool
	Metadata, AlertFlow     bool
	// Vars adds the variables of flows and packets to events (metadata).
	Vars    bool
	Verdict bool
	// PayloadSize is how much of a stream an alert shows (payload-buffer-size),
	// octets; 0: 4096.
	PayloadSize int
	// Tx logs the transactions of these protocols; Files logs fileinfo.
	Tx    [input.NumAppProtos]bool
	Files bool
	// Frame logs frames.
	Frame bool
	XFF   XFFs
}

// defaultExcerpt is PayloadSize's default.
const defaultExcerpt = 4096

func (l *Log) payloadSize() int {
	if l.PayloadSize > 0 {
		return l.PayloadSize
	}
	return defaultExcerpt
}

// Config makes a worker.
type Config struct {
	ID    int
	Ports []Port
	// Burst is the most packets a receive call takes; the result does not depend
	// on it.
	Burst  int
	Flow   flow.Config
	Decode decode.Config
	Match  match.Limits
	// State is what rules remember beyond a flow, shared by all workers; nil: the
	// worker makes its own.
	State *state.Tables
	// Sets are the data sets, shared by all workers; nil: the worker makes its own.
	Sets        *dataset.Sets
	Defrag      defrag.Config
	Stream      stream.Config
	App         app.Config
	Exceptions  Exceptions
	Anomaly     *anomaly.Policy // nil: off
	AnomalySeed sketch.Seed
	// Learned is what the detectors knew before the last stop, nil: nothing.
	Learned *anomaly.State
	// SaveState: what the detectors learn is told to control now and then.
	SaveState bool
	Log       Log
	// Protocols are those with parsers.
	Protocols []*app.Protocol
	Ring      *event.Ring
	Counters  *counter.Local
	Set       *counter.Set // names events for Counters
	// Wait, when set, is called while the ring is full: replay loses nothing. Live
	// workers leave it nil.
	Wait func()
	// Workers is how many there are; Steer are the rings between them, nil: each
	// gets whole flows, or is alone.
	Workers int
	Steer   *port.Steer
	// Offload takes flows that ports may drop by themselves; nil: none.
	Offload *port.Offload
	// StoreFiles: octets of files that may have to be kept go into the ring.
	StoreFiles bool
	// StoreCerts: certificates that rules want kept go into the ring.
	StoreCerts bool
	// GuessTx lets alerts of rules that look at no transaction carry the flow's
	// only one.
	GuessTx    bool
	GuessLimit uint8
	// StreamBypass lets flows by that are past the depth in both directions or
	// encrypted (stream.bypass).
	StreamBypass bool
	// CheckSums: packets with wrong checksums are not given to streams.
	CheckSums bool
	// TrustSums: every checksum counts as right, whatever it is.
	TrustSums bool
	// Live: packets come from a wire, where they have no number (pcap_cnt).
	Live bool
	// Pool makes the mbufs of rejects; nil: no rejects.
	Pool *dpdk.Pool
	// Overload bounds what a burst may cost; it needs Clock.
	Overload Overload
	// Clock counts cycles, for metering; nil: no metering. Fine also meters the
	// stages of single packets.
	Clock func() uint64
	Fine  bool
	// MeterClock counts cycles for what rules cost; nil: rules are not metered.
	MeterClock func() uint64
}
