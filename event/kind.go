package event

// Kind is what a record tells; it decides which members of the body belong to
// the worker and which the encoder makes from the head (see Contract in doc.go).
type Kind uint8

// Kinds. Append-only: a successor of control adopts a running engine.
const (
	KindNone Kind = iota
	KindAlert
	KindDrop
	KindFlow
	KindNetflow
	KindAnomaly  // decoder, stream and application layer events
	KindTx       // an application transaction: http, dns, tls, …
	KindFileInfo // a file seen in a transaction
	KindFileData // a piece of a file to be stored; not an EVE event
	KindPacket   // a tagged packet
	KindFrame
	KindARP
	KindFinding // what an anomaly detector found
	KindBlock   // a mitigation begins or ends
	KindLog     // the engine says something about itself
	KindStats
	KindBypass
	KindState     // a part of what detectors learned, to be kept; not an EVE event
	KindException // what an exception policy in shadow mode would have done
	KindCerts     // certificates to be kept; not an EVE event
	KindMetadata  // the variables, when a packet saved one
	NumKinds
)

var kindNames = [...]string{
	KindNone:     "none",
	KindAlert:    "alert",
	KindDrop:     "drop",
	KindFlow:     "flow",
	KindNetflow:  "netflow",
	KindAnomaly:  "anomaly",
	KindTx:       "tx",
	KindFileInfo: "fileinfo",
	KindFileData: "filedata",
	KindPacket:   "packet",
	KindFrame:    "frame",
	KindARP:      "arp",
	KindFinding:  "finding",
	KindBlock:    "block",
	KindLog:      "engine",
	KindStats:    "stats",
	KindBypass:   "bypass",
	KindState:    "state",

	KindException: "exception",
	KindCerts:     "certs",
	KindMetadata:  "metadata",
}

// String is the event_type that EVE prints for the kind; a Tx record names its
// own (Writer.EventType).
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}
