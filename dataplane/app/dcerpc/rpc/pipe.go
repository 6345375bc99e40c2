package rpc

import "github.com/weir-ips/weir/dataplane/slab"

// maxPDU is the longest PDU: its length has two octets.
const maxPDU = 1<<16 - 1

// Pipe puts together the PDUs of one direction from pieces: writes to a named pipe,
// reads from one, transactions. A PDU may be spread over several, and a piece may
// hold several.
type Pipe struct {
	Mem *slab.Deferred
	// rest is what was not read yet, in Mem; at is where the next PDU begins.
	rest []byte
	// piece is what Feed gave, when there was no rest: it is read in place.
	piece []byte
	at    int
	lent  bool
	bad   bool
}

// Feed gives a piece. It is borrowed until Next no longer says Whole. false: there
// is no room, and what the pipe held is gone.
func (q *Pipe) Feed(b []byte) bool {
	if q.bad {
		return true
	}
	if q.lent {
		q.settle()
	}
	if len(q.rest) == 0 {
		q.piece, q.at, q.lent = b, 0, true
		return true
	}
	if len(q.rest)+len(b) > 2*maxPDU {
		q.Reset()
		return false
	}
	out, ok := q.Mem.Append(q.rest, b)
	if !ok {
		q.Reset()
		return false
	}
	q.rest = out
	return true
}

// Next reads the next PDU into p. What it says is Short when the rest of one is to
// come, or nothing is left; Bad when the pipe carries something else, and for good
// until Reset.
func (q *Pipe) Next(p *PDU) Status {
	b := q.rest
	if q.lent {
		b = q.piece
	}
	if q.bad {
		return Bad
	}
	var n int
	var st Status
	*p, n, st = Read(b[min(q.at, len(b)):])
	switch st {
	case Whole:
		q.at += n
	case Bad:
		q.Reset()
		q.bad = true
	default:
		q.settle()
	}
	return st
}

// settle keeps what is not read yet.
func (q *Pipe) settle() {
	if q.lent {
		left := q.piece[min(q.at, len(q.piece)):]
		q.piece, q.lent, q.at = nil, false, 0
		if len(left) == 0 {
			return
		}
		out, ok := q.Mem.Append(nil, left)
		q.rest, q.bad = out, !ok // what follows would be read from its middle
		return
	}
	if q.at == 0 {
		return
	}
	if q.at >= len(q.rest) {
		q.Mem.Put(q.rest)
		q.rest, q.at = nil, 0
		return
	}
	q.rest = q.rest[:copy(q.rest, q.rest[q.at:])]
	q.at = 0
}

// Partial reports whether the begin of a PDU is kept.
func (q *Pipe) Partial() bool { return len(q.rest) > q.at }

// Reset forgets what the pipe held, as for octets that will never come.
func (q *Pipe) Reset() {
	if q.Mem != nil {
		q.Mem.Put(q.rest)
	}
	*q = Pipe{Mem: q.Mem}
}
