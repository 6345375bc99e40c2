package pgsql

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a request and its answer. Its slices lie in Env.Keep.
type Tx struct {
	sh  *shared
	id  uint64
	det input.TxDetect

	// The request: text is a query, a password, a message of SASL, or the
	// parameters of a start message, names and values each ended by a zero octet.
	req               request
	version           uint32
	reqPID, reqSecret uint32
	text, mechanism   []byte
	// copiedIn counts the data of COPY, messages and octets.
	copiedIn, copyInOctets uint64

	// The answer. status holds parameters as text does; fields are those of an error
	// or notice, each a kind and a text ended by a zero octet.
	answered, accepted, done bool
	authed, final, key       bool
	failed, described        bool
	auth                     uint32
	pid, secret              uint32
	columns                  uint16
	copying                  byte // 'G' in, 'H' out
	rows, rowOctets          uint64
	copied, copyOctets       uint64
	detail, status           []byte
	fields, command          []byte

	events uint8
}

// keep copies octets in place of what was kept.
func (t *Tx) keep(to *[]byte, b []byte) {
	out, ok := t.sh.env.Keep.Append((*to)[:0], b)
	if !ok {
		t.sh.refused++
		return
	}
	*to = out
}

// add appends octets up to maxText.
func (t *Tx) add(to *[]byte, b []byte) {
	if len(*to)+len(b) > maxText {
		t.sh.refused++
		return
	}
	out, ok := t.sh.env.Keep.Append(*to, b)
	if !ok {
		t.sh.refused++
		return
	}
	*to = out
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done reports whether the answer is complete.
func (t *Tx) Done(input.Dir) bool { return t.done }

// Progress is complete for a request as soon as it is there.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.done || d == input.ToServer {
		return input.Complete
	}
	return uint8(buf.Start)
}

// View is the text of a simple query.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if id != buf.PgsqlQuery || d != input.ToServer {
		return input.View{Avail: input.None}
	}
	return input.Whole(t.text, i == 0 && t.req == reqQuery, true)
}

// Num: rules have no numbers of PostgreSQL.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	for _, b := range [...][]byte{t.text, t.mechanism, t.detail, t.status, t.fields, t.command} {
		sh.env.Keep.Later(b)
	}
	*t = Tx{}
	sh.txs.Put(t)
}
