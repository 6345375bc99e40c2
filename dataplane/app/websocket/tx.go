package websocket

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message or a control frame.
type Tx struct {
	part
	sh     *shared
	id     uint64
	dir    input.Dir
	events uint8
	det    input.TxDetect
}

// Only is app.OneSided's.
func (t *Tx) Only() input.Dir { return t.dir }

// PacketWay is app.PacketWay's: a message that was acknowledged before it was read
// is told of the acknowledgement's way.
func (t *Tx) PacketWay() {}

// Done is always true.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress is always complete.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Release is app.Tx's.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.text)
	*t = Tx{}
	sh.txs.Put(t)
}

// View is the payload.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if id != buf.WebSocketPayload || d != t.dir || i > 0 {
		return input.View{Avail: input.None}
	}
	return input.View{Data: t.text, Avail: input.Done, First: true, Last: true}
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.dir || i > 0 {
		return 0, input.None
	}
	switch id {
	case buf.FieldWebSocketFlags:
		return uint64(t.flags), input.Done
	case buf.FieldWebSocketOpcode:
		return uint64(t.opcode), input.Done
	case buf.FieldWebSocketMask:
		if t.masked {
			return uint64(t.mask), input.Done
		}
	}
	return 0, input.None
}

// Log writes the record of a message.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	w.EventType("websocket")
	t.write(w, false, false)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) { t.write(w, t.sh.opt.PayloadPrintable, t.sh.opt.PayloadBase64) }

func (t *Tx) write(w *event.Writer, printable, base64 bool) {
	w.Obj("websocket")
	w.Bool("fin", t.flags&flagFin != 0)
	if t.masked {
		w.Uint("mask", uint64(t.mask))
	}
	w.StrConst("opcode", opcodeName(t.opcode))
	if printable {
		w.Str("payload_printable", t.text)
	}
	if base64 {
		w.Base64("payload_base64", t.text)
	}
	w.End()
}

// opcodeNames are EVE's words for the four bits (RFC 6455 §5.2).
var opcodeNames = [16]string{"continuation", "text", "binary", "unknown-3", "unknown-4", "unknown-5", "unknown-6", "unknown-7",
	"connection_close", "ping", "pong", "unknown-11", "unknown-12", "unknown-13", "unknown-14", "unknown-15"}

func opcodeName(op uint8) string { return opcodeNames[op&15] }
