package rdp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message.
type Tx struct {
	sh   *shared
	id   uint64
	dir  input.Dir
	det  input.TxDetect
	kind kind
	// text is a request's cookie, the client core data, or serial numbers, each
	// behind its length.
	text, channels []byte
	neg            [lenNegotiation]byte
	hasNeg, logged bool
}

// Only is the direction that the message went.
func (t *Tx) Only() input.Dir { return t.dir }

// PacketWay is app.PacketWay's: a message that was acknowledged before it was read
// is told of the acknowledgement's way.
func (t *Tx) PacketWay() {}

// Done: a message is complete when it is there.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// View: rules have no buffers of RDP.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num: nor numbers.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// Event: nor events.
func (t *Tx) Event(uint16) bool { return false }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// LogReady is true once.
func (t *Tx) LogReady() bool { return !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("rdp")
	t.Meta(w)
	return true
}

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.text)
	sh.env.Keep.Later(t.channels)
	*t = Tx{}
	sh.txs.Put(t)
}
