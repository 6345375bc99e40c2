package input

import "github.com/weir-ips/weir/match/buf"

// Avail says how much of a buffer there is.
type Avail uint8

// Availability of a buffer. Wait: it may still come. None: it will not come,
// now or later. More: what is returned may still grow or be followed by another
// window. Done: complete.
const (
	Wait Avail = iota
	None
	More
	Done
)

// View is a buffer, or a body as it streams by: the octets at hand, and where they stand
// in the whole. First is set for the window that starts the body, Last for the
// one that ends it.
type View struct {
	Data  []byte
	Start uint64
	Avail Avail
	First bool
	Last  bool
}

// Tx is a transaction as rules see it. Parsers' transactions implement it with
// pointer receivers, so that holding one in an interface allocates nothing.
type Tx interface {
	// View is instance i of a buffer in direction d. An instance past the last
	// one is None when no more can come, Wait when more may.
	View(id buf.ID, d Dir, i int) View
	// Num is instance i of a numeric field.
	Num(id buf.FieldID, d Dir, i int) (v uint64, a Avail)
	// Progress is how far the parser is in direction d, in the protocol's own
	// steps; Complete when nothing will be added.
	Progress(d Dir) uint8
	// Event reports whether the parser raised app-layer event id of its protocol.
	Event(id uint16) bool
	// Detect is the engine's own record of this transaction.
	Detect() *TxDetect
	// ID counts the transactions of a flow from 0: EVE's tx_id.
	ID() uint64
}

// Written is a transaction that writes numbers to addresses of a device; rules ask
// for what goes to one of them.
type Written interface {
	WrittenAt(address uint16) (value uint16, ok bool)
}

// SubState is a transaction of a protocol that has several kinds, each with
// states of its own (HTTP/2: stream and global). The number is the place in the
// protocol's list of states, from 1.
type SubState interface{ SubState() uint8 }

// ByteOrder is a transaction whose sender chose the order of octets (the option dce
// of byte_test and its relatives).
type ByteOrder interface{ LittleEndian() bool }

// TxDetect is what the match engine remembers of a transaction between packets.
// The parser embeds it, zeroes it for a new transaction and hands it back
// through Engine.ReleaseTx.
type TxDetect struct {
	// Generation of the bundle that State belongs to; another one restarts.
	Generation uint32
	// State is the head of a chain of rule states in the engine's slab; 0: none.
	State uint32
	// Scanned are the buffer keys (of the transaction's protocol) that were
	// scanned to their end, by direction.
	Scanned [2][2]uint64
	// Progress + 1 at the last inspection, by direction.
	Seen [2]uint16
	// Told are the parser's events that anomaly records told of, by id.
	Told [2]uint64
	// Quiet: the rules saw what there is in a direction; whoever adds to the
	// transaction clears it, where its parser says that it does (app.Touching).
	Quiet [2]bool
	// Started: rules without a fast pattern were put into State.
	Started [2]bool
	// Speaker counts the parsers of the flow that came before the one that made the
	// transaction.
	Speaker uint8
	// Guessed counts the alerts that speak of the transaction though their rules
	// looked at none.
	Guessed uint8
	// Logged: the transaction's record was written.
	Logged bool
	// NoLog: a config rule wants no record of the transaction.
	NoLog bool
	// Accepted: a firewall accepted the transaction as a whole.
	Accepted bool
	// Hook is the state that a firewall judged last, by direction; HookHeld: it was
	// accepted for what its buffers hold, and need not be again.
	Hook     [2]uint8
	HookHeld [2]bool
	// marks are how far bodies that grow were scanned.
	marks [maxMarks]ScanMark
}

// maxMarks bounds the buffers of a transaction that are scanned as they grow:
// file data, a message's body, buffers of several instances. Others are scanned
// from their start each time.
const maxMarks = 6

// ScanMark is how far one buffer was scanned: all instances before Instance, and
// that one up to offset Upto.
type ScanMark struct {
	Upto     uint64
	Instance uint16
	row      uint16
	dir      Dir
}

// Rescan forgets what was scanned in a direction: what was found there was not
// judged, and is looked for again.
func (t *TxDetect) Rescan(d Dir) {
	t.Scanned[d-1] = [2]uint64{}
	for i := range t.marks {
		if t.marks[i].dir == d {
			t.marks[i].Instance, t.marks[i].Upto = 0, 0
		}
	}
}

// Mark finds or makes the mark of a buffer, known by its row in the engine's
// tables; nil when there are too many.
func (t *TxDetect) Mark(d Dir, row uint32) *ScanMark {
	for i := range t.marks {
		m := &t.marks[i]
		if m.dir == DirUnknown {
			m.dir, m.row = d, uint16(row)
			return m
		}
		if m.dir == d && uint32(m.row) == row {
			return m
		}
	}
	return nil
}

// Complete is the progress of a direction to which nothing will be added.
const Complete uint8 = 255
