package ftp

import (
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxReplies is the most reply lines kept of a transaction, maxText the most
	// octets of it.
	maxReplies = 256
	maxText    = 64 << 10
)

// Tx is a command and its replies.
type Tx struct {
	sh   *shared
	id   uint64
	det  input.TxDetect
	text []byte
	cmd  command
	// verb is in upper case, arg is what stands behind it.
	verb, arg span
	lines     []reply
	few       [16]reply
	// addr is where the data connection goes to.
	addr    endpoint
	hasAddr bool
	// bounce: the client named another address than its own.
	bounce bool

	events           uint8
	request          bool // there is a command
	replied          bool // its last reply is there
	closed           bool // nothing more will come
	cmdCut, replyCut bool
	logged           bool
}

type span struct{ off, n uint32 }

// reply is a line of a reply; code tells whether it begins with one.
type reply struct {
	span
	code bool
}

func (t *Tx) octets(s span) []byte { return t.text[s.off : s.off+s.n : s.off+s.n] }

// put keeps octets; false when there is no room.
func (t *Tx) put(b []byte) (s span, ok bool) {
	at := len(t.text)
	if at+len(b) > maxText || t.sh.opt.Memcap > 0 && t.sh.kept+len(b) > t.sh.opt.Memcap {
		t.sh.refused++
		return span{}, false
	}
	if t.text, ok = t.sh.env.Keep.Append(t.text, b); !ok {
		t.sh.refused++
		return span{}, false
	}
	t.sh.kept += len(b)
	return span{uint32(at), uint32(len(b))}, true
}

func (t *Tx) setCommand(verb, arg []byte) {
	s, ok := t.put(verb)
	if ok {
		line.Upper(t.octets(s))
		t.verb = s
		t.cmd = commandOf(t.octets(s), arg)
	} else {
		var up [8]byte
		n := copy(up[:], verb)
		line.Upper(up[:n])
		t.cmd = commandOf(up[:n], arg)
	}
	if t.cmd == cmdAuthTLS {
		if s, ok := t.put(authTLS); ok {
			t.verb = s
		}
		return
	}
	t.arg, _ = t.put(arg)
}

var authTLS = []byte(names[cmdAuthTLS])

func (t *Tx) addLine(b []byte) {
	if len(t.lines) >= maxReplies {
		t.sh.refused++
		return
	}
	if s, ok := t.put(b); ok {
		code, _ := replyCode(b)
		t.lines = t.sh.lines.Append(t.lines, reply{s, code > 0})
	}
}

// textOf is a line without its code.
func (t *Tx) textOf(l *reply) []byte {
	b := t.octets(l.span)
	if l.code {
		b = b[min(4, len(b)):]
	}
	return b
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done: a command is complete with its last reply, and a reply to nothing by
// itself.
func (t *Tx) Done(input.Dir) bool { return t.replied || t.closed }

// Progress has no steps: a request is complete when its line is, whatever is
// answered.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.Done(d) || d == input.ToServer && t.verb.n > 0 {
		return input.Complete
	}
	return uint8(buf.Start)
}

// View is the command, or lines of the replies.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	switch id {
	case buf.FTPCommand:
		return input.Whole(t.octets(t.verb), i == 0 && t.verb.n > 0, true)
	case buf.FTPCommandData:
		return input.Whole(t.octets(t.arg), i == 0 && t.arg.n > 0, true)
	case buf.FTPReply:
		if i < len(t.lines) {
			return input.Whole(t.textOf(&t.lines[i]), true, true)
		}
	case buf.FTPCompletionCode:
		for k := range t.lines {
			if l := &t.lines[k]; l.code {
				if i == 0 {
					return input.Whole(t.octets(span{l.off, 3}), true, true)
				}
				i--
			}
		}
	default:
		return input.View{Avail: input.None}
	}
	return input.Whole(nil, false, t.Done(d))
}

// Num is what is known of the data connection, and whether the reply is there.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if i > 0 && id != buf.FieldFTPReplyReceived {
		return 0, input.None
	}
	var v uint64
	switch id {
	case buf.FieldFTPDynamicPort:
		v = uint64(t.addr.port)
	case buf.FieldFTPMode:
		if t.active() {
			v = 1
		}
	case buf.FieldFTPBounce:
		if !t.bounce {
			return 0, input.None
		}
		return 1, input.Done
	case buf.FieldFTPReplyReceived:
		switch {
		case !t.request || i > 0 && t.Done(d):
			return 0, input.None
		case i > 0:
			return 0, input.Wait
		case t.replied:
			return 1, input.Done
		}
		return 0, input.More
	default:
		return 0, input.None
	}
	if t.hasAddr {
		return v, input.Done
	}
	if t.Done(d) || !t.names() {
		return 0, input.None
	}
	return 0, input.Wait
}

// active: the server opens the data connection.
func (t *Tx) active() bool { return t.cmd == cmdPort || t.cmd == cmdEPRT }

// names: the command is about where the data connection goes to.
func (t *Tx) names() bool { return t.active() || t.cmd == cmdPasv || t.cmd == cmdEPSV }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return [2]uint64{uint64(t.events)} }

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
	sh.kept -= len(t.text)
	sh.env.Keep.Later(t.text)
	*t = Tx{lines: sh.lines.Back(t.lines, t.few[:])}
	sh.txs.Put(t)
}
