package pop3

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxArgs is the most arguments kept of a command.
	maxArgs = 4
	// maxData is the most lines kept of a response, maxText the most octets of a
	// transaction.
	maxData = 512
	maxText = 32 << 10
)

// Tx is a command and its response.
type Tx struct {
	sh     *shared
	id     uint64
	det    input.TxDetect
	text   []byte
	cmd    command
	verb   span // of an unknown command
	args   [maxArgs]span
	nargs  int
	header span
	data   []span
	few    [8]span

	events                     uint8
	request, answered, success bool
	done, logged               bool
}

type span struct{ off, n uint32 }

func (t *Tx) octets(s span) []byte { return t.text[s.off : s.off+s.n : s.off+s.n] }

// put keeps octets; false when there is no room.
func (t *Tx) put(b []byte) (s span, ok bool) {
	at := len(t.text)
	if at+len(b) > maxText {
		t.sh.refused++
		return span{}, false
	}
	if t.text, ok = t.sh.env.Keep.Append(t.text, b); !ok {
		t.sh.refused++
		return span{}, false
	}
	return span{uint32(at), uint32(len(b))}, true
}

// many: a good response has lines behind its first (RFC 1939 section 3).
func (t *Tx) many() bool {
	switch t.cmd {
	case capa, retr, top:
		return true
	case list, uidl, auth:
		return t.nargs == 0
	}
	return false
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done reports whether the response is complete.
func (t *Tx) Done(input.Dir) bool { return t.done }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 {
	if t.done {
		return input.Complete
	}
	return uint8(buf.Start)
}

// View: rules have no buffers of POP3.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num: nor numbers.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// LogReady is true once, when the response is complete.
func (t *Tx) LogReady() bool { return t.done && !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("pop3")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("pop3")
	if t.request {
		w.Obj("request")
		if t.cmd == unknown {
			w.Str("command", t.octets(t.verb))
		} else {
			w.StrConst("command", names[t.cmd])
		}
		if t.nargs > 0 {
			w.Arr("args")
			for _, a := range t.args[:t.nargs] {
				w.Str("", t.octets(a))
			}
			w.End()
		}
		w.End()
	}
	if t.answered {
		w.Obj("response")
		w.Bool("success", t.success)
		status := "ERR"
		if t.success {
			status = "OK"
		}
		w.StrConst("status", status)
		w.Str("header", t.octets(t.header))
		if len(t.data) > 0 {
			w.Arr("data")
			for _, l := range t.data {
				w.Str("", t.octets(l))
			}
			w.End()
		}
		w.End()
	}
	w.End()
}

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.text)
	*t = Tx{data: sh.data.Back(t.data, t.few[:])}
	sh.txs.Put(t)
}
