package smtp

import (
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/app/mime"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxRcpts is the most recipients kept of an envelope.
	maxRcpts = 512
	// maxText is the most octets of addresses kept of an envelope.
	maxText = 64 << 10
	// maxTries is how often the message of an envelope may begin.
	maxTries = 8
)

// rawName is the name of a message that is one file.
var rawName = []byte("rawmsg")

// Tx is an envelope and its message.
type Tx struct {
	s        *State
	id       uint64
	det      input.TxDetect
	text     []byte
	from     span
	rcpts    []span
	fewRcpts [16]span
	// msg is the message, when it is taken apart; older ones of the envelope, which
	// did not end or were refused, hang behind it.
	msg      *mime.Message
	raw      *file.File
	files    []*file.File
	fewFiles [2]*file.File
	tries    int

	events                 uint32
	hasFrom                bool
	chunked                bool // the message ended with a chunk
	refused                bool // the last DATA was
	logged                 bool
	clientDone, serverDone bool
}

type span struct{ off, n uint32 }

func (t *Tx) octets(s span) []byte { return t.text[s.off : s.off+s.n : s.off+s.n] }

// put keeps octets; false when there is no room.
func (t *Tx) put(b []byte) (s span, ok bool) {
	at := len(t.text)
	if at+len(b) > maxText {
		return span{}, false
	}
	t.text, ok = t.s.sh.env.Keep.Append(t.text, b)
	return span{uint32(at), uint32(len(b))}, ok
}

func (t *Tx) addRcpt(v []byte) {
	if len(t.rcpts) >= maxRcpts {
		return
	}
	if s, ok := t.put(v); ok {
		t.rcpts = t.s.sh.rcpts.Append(t.rcpts, s)
	}
}

func (t *Tx) hasEnvelope() bool { return t.hasFrom || len(t.rcpts) > 0 }

// complete ends both sides.
func (t *Tx) complete() {
	t.endMessage(file.Truncated)
	t.clientDone, t.serverDone = true, true
}

// openMessage begins a message.
func (t *Tx) openMessage(next *uint64) {
	if t.tries++; t.tries > maxTries {
		return
	}
	m := t.s.sh.messages.Get(&t.files, next)
	if m == nil {
		t.s.raise(t, EventMimeParseFailed)
		return
	}
	m.Older, t.msg = t.msg, m
	t.refused = false
}

// openRaw begins a message that is one file.
func (t *Tx) openRaw(next *uint64) {
	if t.tries++; t.tries > maxTries {
		return
	}
	if t.raw = t.s.sh.env.Files.Open(input.ToServer, *next, rawName, nil); t.raw != nil {
		*next++
		t.files = append(t.files, t.raw)
	}
}

// msgOver reports whether the message begun last ended.
func (t *Tx) msgOver() bool { return (t.msg == nil || t.msg.Done()) && t.raw == nil }

// endMessage ends the message at hand.
func (t *Tx) endMessage(s file.State) {
	if t.msg != nil {
		t.msg.End(s)
	}
	if t.raw != nil {
		t.raw.Close(s)
		t.raw = nil
	}
}

// Done reports whether the message and its reply are there: neither side is
// complete before both are.
func (t *Tx) Done(input.Dir) bool { return t.clientDone && t.serverDone }

// stepData is the progress of both sides once a message was announced.
const stepData = 1

// Progress of the client: its message, the message's header, then the end of
// both; of the server, that the message was announced, and the end.
func (t *Tx) Progress(d input.Dir) uint8 {
	switch {
	case t.Done(d):
		return input.Complete
	case d == input.ToServer && t.msg != nil && t.msg.HeaderDone():
		return uint8(buf.Body)
	case t.tries > 0:
		return stepData
	}
	return uint8(buf.Start)
}

// Num is the size of a file.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if id != buf.FieldFileSize || d != input.ToServer {
		return 0, input.None
	}
	if i >= len(t.files) {
		if t.clientDone {
			return 0, input.None
		}
		return 0, input.Wait
	}
	if f := t.files[i]; f.State == file.Opened {
		return f.Size, input.More
	}
	return t.files[i].Size, input.Done
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 32 && t.events&(1<<id) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return [2]uint64{uint64(t.events)} }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// Files are the attachments.
func (t *Tx) Files() []*file.File { return t.files }

// Release gives everything back.
func (t *Tx) Release() {
	s := t.s
	if s == nil {
		return
	}
	if s.cur == t {
		s.cur = nil
	}
	if s.sending == t {
		s.sending, s.mode = nil, commands
	}
	for i, f := range t.files {
		s.sh.env.Files.Put(f)
		t.files[i] = nil
	}
	for m := t.msg; m != nil; {
		older := m.Older
		s.sh.messages.Put(m)
		m = older
	}
	s.sh.env.Keep.Later(t.text)
	*t = Tx{files: t.files[:0], rcpts: s.sh.rcpts.Back(t.rcpts, t.fewRcpts[:])}
	s.sh.txs.Put(t)
}
