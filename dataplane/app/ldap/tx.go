package ldap

import (
	"encoding/binary"
	"github.com/weir-ips/weir/dataplane/app/ber"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a request and its responses, or a response alone.
type Tx struct {
	sh *shared
	id uint64
	// request is a message; responses are some, each behind its length (4 octets).
	request, responses []byte
	msgID              uint32
	// kept responses stand in responses, count are all.
	kept, count int
	events      uint8
	// over: nothing will be added. tls: the request is for StartTLS.
	over, tls bool
	cursor    cursor
	det       input.TxDetect
}

// add takes a message; false: no memory.
func (t *Tx) add(m *message, b []byte) (ok bool) {
	if isRequest(m.op) {
		if t.request, ok = t.sh.env.Keep.Append(t.request, b); !ok {
			return false
		}
		t.msgID = m.id
		t.over = t.over || m.op == opUnbindRequest || m.op == opAbandonRequest
		if m.op == opExtendedRequest {
			name, _ := m.extension()
			t.tls = string(name) == startTLS
		}
		return true
	}
	t.count++
	if t.over = partial>>m.op&1 == 0 || len(t.request) == 0; !t.over && t.kept >= t.sh.opt.Responses ||
		len(t.responses)+len(b) > maxKept {
		t.raise(EventTooManyResponses)
		return true
	}
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(b)))
	out, ok := t.sh.env.Keep.Append(t.responses, size[:])
	if !ok {
		return false
	}
	t.responses = out
	at := len(out) - len(size)
	if out, ok = t.sh.env.Keep.Append(out, b); !ok {
		t.responses = t.responses[:at]
		return false
	}
	t.responses = out
	t.kept++
	return true
}

// response is the one at an offset of responses, and the offset of the next; false
// behind the last one.
func (t *Tx) response(at int) (m message, next int, ok bool) {
	if len(t.responses)-at < 4 {
		return m, at, false
	}
	lo := at + 4
	next = lo + int(binary.BigEndian.Uint32(t.responses[at:]))
	m, c := parse(t.responses[lo:next])
	return m, next, c == ber.Whole
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done reports whether direction d is complete.
func (t *Tx) Done(d input.Dir) bool { return t.over || d == input.ToServer }

// Progress is complete for the request from the start.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.Done(d) {
		return input.Complete
	}
	return uint8(buf.Start)
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is the transaction's number in its flow.
func (t *Tx) ID() uint64 { return t.id }

// Release gives the memory back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.request)
	sh.env.Keep.Later(t.responses)
	*t = Tx{}
	sh.txs.Put(t)
}
