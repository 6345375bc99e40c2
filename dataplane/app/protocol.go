package app

import (
	"github.com/weir-ips/weir/dataplane/app/expect"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is one row of the list of protocols.
type Protocol struct {
	ID   input.AppProto
	Name string
	// TCP and UDP say over what the protocol runs.
	TCP, UDP bool
	// Patterns recognise the protocol by fixed octets.
	Patterns []Pattern
	// Probe, if set, looks at the first octets of a flow towards (ToServer) or
	// from (ToClient) one of Ports, or of any flow when AnyPort is set.
	Probe   func(d input.Dir, data []byte) Verdict
	Ports   []uint16
	AnyPort bool
	// Confirm: a pattern that was found counts only when Probe agrees.
	Confirm bool
	// Way, if set, is the direction that a flow's first octets go by what they say
	// themselves: a flow that was picked up in the middle is turned to it. DirUnknown:
	// they do not say, and Ports do.
	Way func(data []byte) input.Dir
	// First is the direction in which a conversation begins; DirUnknown: either.
	First input.Dir
	// Hooks are the states that rules can name, by kind of transaction; nil: started
	// and complete.
	Hooks []input.Hooks
	// Events are the names of app-layer-event, by id.
	Events []string
	// New makes a parser's state. States are pooled: New runs at start, Reset
	// between flows.
	New func(env *Env) State
	// Max is the most states at a time; 0: the layer's default.
	Max int
	// Log is the key under which transactions are logged (`dns`), for protocols
	// whose transactions are events of their own.
	Log string
}

// CertTx is a transaction whose sides show certificates.
type CertTx interface {
	Tx
	// WantCertificates has those of a side kept; TakeCertificates gives them, once,
	// when they are wanted and there: each in DER behind its length in three octets
	// (RFC 5246 section 7.4.2), then subject, issuer and fingerprint of the first.
	WantCertificates(d input.Dir)
	TakeCertificates(d input.Dir) (chain, subject, issuer, fingerprint []byte)
}

// Pattern is a fixed run of octets near the start of a stream.
type Pattern struct {
	Dir           input.Dir
	Octets        string
	Offset, Depth int
	NoCase        bool
}

// Verdict of a probe.
type Verdict uint8

// Verdicts. More: too few octets to say.
const (
	No Verdict = iota
	More
	Yes
)

// Status is what a parser says after it looked at its octets.
type Status uint8

// Statuses. Need more is no status: a parser that consumed less than it was
// given is called again with the rest and what came behind.
const (
	OK Status = iota
	// Failed: this is not the protocol, or broken beyond use. The parser is not
	// called again for this flow and the app-layer error policy applies. Of a
	// datagram it is said of that one only: the next may be well formed.
	Failed
	// Bypass: nothing more of interest will come (encrypted, depth reached).
	Bypass
	// Switch: from the octets not consumed on, the flow speaks another protocol:
	// what detection makes of it. Call.Next is the one that is expected.
	Switch
	// crashed: the parser panicked. It is not called again, whatever it read.
	crashed
)

// Call is what a parser gets to see. The layer owns it.
type Call struct {
	Dir input.Dir
	// Data are the octets that were not consumed yet, in place; for a datagram
	// the whole payload.
	Data []byte
	// Start is the offset of Data in the direction's stream.
	Start uint64
	// Gap is set when Data does not follow what the parser saw before: that many
	// octets are missing in front of it. The parser resynchronises or fails.
	Gap uint64
	// EOF: nothing more will come in this direction.
	EOF    bool
	TimeUS int64
	Flow   *Flow
	// Next is set by a parser that returns Switch: the protocol that is expected, or
	// AppUnknown. NextPort, if not 0, is where the tunnel leads: detection goes by
	// it instead of the server's port.
	Next     input.AppProto
	NextPort uint16
	// Locked: the flow changed its protocol with these octets, and Switch is
	// refused.
	Locked bool
}

// State is a parser and what it knows of one flow. Implementations use pointer
// receivers.
type State interface {
	// Parse looks at c.Data and says how many octets it is done with. It is called
	// with no data at EOF. Transactions are made through c.Flow.NewTx.
	Parse(c *Call) (consumed int, st Status)
	// Reset makes the state as new, giving what it holds back to Env.Mem. Its
	// transactions were released before.
	Reset()
}

// Tx is a transaction: what rules see of it (input.Tx), and its life.
type Tx interface {
	input.Tx
	// Done reports whether direction d is complete: nothing will be added to it.
	Done(d input.Dir) bool
	// Log writes the transaction's record: w.EventType, then its object. false:
	// it is not logged (incomplete and of no interest).
	Log(w *event.Writer, f *Flow) bool
	// Meta writes the object that an alert on this transaction carries (`http`,
	// `dns`, …), with its key.
	Meta(w *event.Writer)
	// Release gives the transaction's memory back; it will be reused.
	Release()
}

// Expecting is a State of a connection that another one announced. Expected tells
// it what was said there, before its first octets.
type Expecting interface {
	Expected(*expect.Entry)
}

// OneSided is a transaction of one message. It is judged in that direction only.
type OneSided interface {
	// Only is the direction that the message went.
	Only() input.Dir
}

// ClientFirst is a transaction of one message whose record names the client first,
// whichever way the message went.
type ClientFirst interface{ ClientFirst() bool }

// PacketWay is a transaction whose record goes the way of the packet that completed
// it, not that of the flow.
type PacketWay interface{ PacketWay() }

// Raising is a transaction that may be long: its events are told of when they are
// raised. Raised are those so far, a bit for each id.
type Raising interface{ Raised() [2]uint64 }

// Touching is a transaction whose parser clears TxDetect.Quiet whenever it does
// something to it: of many that are open, the rules are asked for those alone.
type Touching interface{ Touching() }

// Repeated is a transaction that counts how often an event was raised: a message may
// break the same rule many times, and there is a record of each.
type Repeated interface {
	// Times is how often an event was raised.
	Times(id uint16) int
}

// Early is a transaction whose event is due before it is complete. Log writes it
// once: a second call returns false.
type Early interface {
	// LogReady reports whether the event can be written now and was not yet.
	LogReady() bool
}

// Env is what parsers share within a worker.
type Env struct {
	// Mem holds what parsers keep: outside the Go heap, bounded.
	Mem *slab.Bytes
	// Keep is Mem for octets that a View may show: what is given back with Later,
	// or moved by Append, stays readable until Layer.Flush.
	Keep *slab.Deferred
	// Frames says who looks at frames; FramesLost counts those there was no room
	// for.
	Frames     FrameUse
	FramesLost uint64
	frames     slab.List[Frame]
	txs        slab.List[[MaxTxs]Tx]
	// room is how many states of the protocol at hand are reserved, 0: none; states
	// are the protocols' lists of them.
	room   int
	states [input.NumAppProtos]any
	// Files are the worker's files.
	Files *file.Pool
	// Shared is what the parsers of one protocol have in common (pools of
	// transactions, of decoders); its package puts it there.
	Shared [input.NumAppProtos]any
	// Speaks are the protocols that detection may find.
	Speaks [input.NumAppProtos]bool
	// Options are the protocol's own settings, resolved at start: see each
	// protocol's Options type; nil means defaults.
	Options map[input.AppProto]any
	// Expect are the connections that are expected to come, on any worker.
	Expect *expect.Table
}

// FileTx is a transaction that may carry files. The worker logs those that are
// no longer open, and hands octets of those to be stored to control.
type FileTx interface {
	Files() []*file.File
}
