package app

import "github.com/weir-ips/weir/match/input"

// MaxTxs bounds the live transactions of a flow.
const MaxTxs = 1024

// Flow is what the layer knows of one flow. Flows are pooled; index 0 of the
// pool stands for none.
type Flow struct {
	// Proto is what is known of either side; a flow's protocol is the one that
	// its parser speaks.
	Proto [2]input.AppProto
	// Final and Orig: the protocol now, and before a switch.
	Final, Orig, Expected input.AppProto
	// Reversed is set by a parser that found the flow's sides the wrong way round
	// (picked up in the middle, or opened by an answer). The worker may turn its
	// record, and this one with Turn; until then directions stay as they were.
	Reversed bool
	// Midstream: the flow was picked up without its beginning, so that its first
	// octets may come from the server.
	Midstream bool
	// Refused is set when a parser could make nothing of a datagram; the worker
	// applies its policy to the packet and clears it.
	Refused bool
	// Crashed: the flow's parser, or a probe, panicked.
	Crashed bool
	// Waiting: octets wait for transactions to be judged; the worker calls
	// Layer.Resume then.
	Waiting bool
	// Opaque is set by a parser when what follows is encrypted and not to be
	// inspected: rules need not look at payloads any more.
	Opaque bool
	// KeepFiles: a rule wants all files stored, to the server (bit 0), to the client
	// (bit 1), of transactions from KeepFrom on.
	KeepFiles uint8
	KeepFrom  uint64
	// Record of the flow table that this belongs to.
	Slot uint32
	// ID is the flow's id in events.
	ID uint64
	// Ports and transport of the flow, client first. DetectPort stands for the
	// server's in detection when a protocol said where a tunnel leads; 0: none.
	SrcPort, DstPort uint16
	DetectPort       uint16
	IPProto          uint8
	IPVersion        uint8
	Src, Dst         [16]byte

	state State
	proto *Protocol
	// old are the parsers that a switch of protocols left behind: their
	// transactions may still be judged.
	old  [maxSwitches]retired
	nold int
	side [2]side
	// Txs are the live transactions, oldest first.
	Txs  []Tx
	wide *[MaxTxs]Tx // Txs' room when there are many; few is its own
	few  []Tx
	next uint64 // id of the next transaction
	// Count is all transactions so far.
	Count uint64
	// Version changes whenever the parser or detection looked at something: as
	// long as it stays, no transaction changed.
	Version uint32
	// Judged is the Version at which the rules last saw all transactions in a
	// direction, under JudgedBy, the bundle's generation; Settled that at which
	// the worker last looked for those that are done. They are the worker's.
	Judged   [2]uint32
	JudgedBy [2]uint32
	Settled  uint32

	events uint8 // of detection, not taken yet

	// Handover is what the protocol before a switch tells the one after it, in
	// Env.Mem: for HTTP/2, the headers of the request that asked for the upgrade,
	// each with the lengths of name and value (two octets each) in front.
	Handover []byte
	// AuthFailures are the logins that the server refused, for the detectors of
	// brute force; the worker counts them.
	AuthFailures uint16
	// frames are the live ones, nframe counts all, by direction.
	frames []*Frame
	nframe [2]uint64
	// Updated: the parser made something of octets of a direction; the worker clears
	// it when the rules have seen what came of it.
	Updated [2]bool

	failed, bypass bool
	// parsed: the parser, or one before it, was given octets. changing: another
	// protocol is to follow, and is not known yet.
	parsed, changing bool
	// detected are the directions in which detection ended since the last packet,
	// ripe those before it of which no packet was told.
	detected, ripe uint8
	// was are Final and Orig before the last change of protocols; turned is 1 when
	// that came about since the last packet, 2 when with the one at hand.
	was    [2]input.AppProto
	turned uint8
	first  input.Dir // of the first octets
	used   bool
	// Env is the worker's.
	Env *Env
}

// maxSwitches bounds how often a flow may change its protocol.
const maxSwitches = 4

type retired struct {
	state State
	proto *Protocol
}

// side is one direction of a flow.
type side struct {
	// rest are the octets that the parser has not consumed, when it left some.
	rest []byte
	// at is the stream offset of the first octet not consumed.
	at uint64
	// settled: nothing is left to detect in this direction. ruledOut: nobody knows
	// what it is, and it waits for what the other direction is.
	settled  bool
	ruledOut bool
	framed   bool // the frame of the whole stream was made
	eof      bool
	gap      uint64
	// called: the parser was called for this direction before.
	called bool
}

// NewTx appends a transaction and returns its id; ok is false when the flow has
// too many, and the parser then fails the flow or drops the transaction.
func (f *Flow) NewTx(tx Tx) (id uint64, ok bool) {
	if len(f.Txs) >= MaxTxs || len(f.Txs) == cap(f.Txs) && !f.widen() {
		return 0, false
	}
	tx.Detect().Speaker = uint8(f.nold)
	f.Txs = append(f.Txs, tx)
	id = f.next
	f.next++
	f.Count++
	return id, true
}

// Full reports whether the flow has as many live transactions as it may. A parser
// whose next message would make one more leaves its octets: they come again by
// themselves when those before were judged (Layer.Resume).
func (f *Flow) Full() bool {
	if len(f.Txs) < MaxTxs {
		return false
	}
	f.Waiting = true
	return true
}

// widen makes room for more live transactions; false: there is none left.
func (f *Flow) widen() bool {
	if cap(f.few) == 0 {
		f.few = make([]Tx, 0, fewTxs)
		f.Txs = f.few
		return true
	}
	wide := f.Env.txs.Take(nil)
	if wide == nil {
		return false
	}
	f.wide = wide
	f.Txs = append(wide[:0], f.Txs...)
	clear(f.few[:cap(f.few)])
	return true
}

// Keep makes txs, which are some of f.Txs in its room, the live transactions.
func (f *Flow) Keep(txs []Tx) {
	clear(f.Txs[len(txs):])
	f.Txs = txs
	if f.wide != nil && len(txs) <= cap(f.few)/2 {
		f.Txs = append(f.few, txs...)
		clear(f.wide[:len(txs)])
		f.Env.txs.Put(f.wide)
		f.wide = nil
	}
}

// State is the parser's state, for parsers that look at a sibling.
func (f *Flow) State() State { return f.state }

// Parser is the row of the protocol that parses the flow, or nil.
func (f *Flow) Parser() *Protocol { return f.proto }

// ParserOf is the row of the protocol that made a transaction: behind a switch
// of protocols, transactions of the one before may still be live.
func (f *Flow) ParserOf(tx Tx) *Protocol {
	if i := int(tx.Detect().Speaker); i < f.nold {
		return f.old[i].proto
	}
	return f.proto
}

// raise notes an event of detection, by its place in input.AppEventNames.
func (f *Flow) raise(id input.EventID) { f.events |= 1 << id }

// Become makes the flow one of another protocol that the parser itself speaks, too:
// in both directions, and nothing is left to detect.
func (f *Flow) Become(id input.AppProto) {
	f.Orig, f.Final = f.Final, id
	for i := range f.side {
		f.Proto[i], f.side[i].settled = id, true
	}
}

// Known is what the flow speaks, and spoke before a change, as far as rules on the
// packet at hand are concerned: passively, a change that its acknowledgement
// brought about is known with the next one.
func (f *Flow) Known() (final, orig input.AppProto) {
	if f.turned == 2 {
		return f.was[0], f.was[1]
	}
	return f.Final, f.Orig
}

// TakeEvents adds the events of detection since the last call to those of a packet
// in direction d, and reports whether detection ended in that direction since the
// last such packet: with the packet at hand only when it is now, since what is
// parsed passively came before the packet that acknowledged it.
func (f *Flow) TakeEvents(to *input.EventSet, d input.Dir, now bool) (detected bool) {
	for id := input.EventID(0); f.events>>id != 0; id++ {
		if f.events>>id&1 != 0 {
			to.Set(input.FirstAppEvent + id)
		}
	}
	f.events = 0
	if now {
		f.ripe, f.detected, f.turned = f.ripe|f.detected, 0, 0
	}
	if f.turned != 0 {
		f.turned = (f.turned + 1) % 3
	}
	detected = f.ripe&uint8(d) != 0
	f.ripe = f.ripe&^uint8(d) | f.detected
	f.detected = 0
	return detected
}

// Failed reports whether parsing ended in an error, Bypassed whether the parser
// wants no more.
func (f *Flow) Failed() bool { return f.failed }

// Bypassed reports whether the parser wants no more octets.
func (f *Flow) Bypassed() bool { return f.bypass }

// Active reports whether data still leads anywhere.
func (f *Flow) Active() bool { return !f.failed && !f.bypass }

// Idle reports whether nothing that comes in direction d can change anything:
// nobody parses the flow, nobody knows what the direction is, and nothing of it
// waits to be taken.
func (f *Flow) Idle(d input.Dir) bool {
	return f.proto == nil && (f.failed || f.bypass || f.side[d-1].ruledOut) && !f.changing &&
		f.events == 0 && (f.ripe|f.detected)&uint8(d) == 0 && len(f.Txs) == 0 && len(f.frames) == 0
}
