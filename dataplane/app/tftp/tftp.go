package tftp

import (
	"bytes"
	"unicode/utf8"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxTxs is the most transactions of a worker, maxText how much of a request is
	// kept, in octets.
	maxTxs  = 16384
	maxText = 512

	minLen = 4
	opRead = 1
)

// opNames are the operations (RFC 1350 section 5).
var opNames = [...]string{opRead: "read", "write", "data", "ack", "error"}

// Protocol is TFTP's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppTFTP, Name: "tftp", UDP: true, Log: "tftp", Probe: probe, Ports: []uint16{69},
		New: func(env *app.Env) app.State { return newState(env) }}
}

// request reads a request (RFC 1350 section 5): the name and the mode, each up to
// a NUL. Other operations that are laid out so are told of, too: nobody needs them.
func request(b []byte) (op byte, name, mode []byte, ok bool) {
	if len(b) < minLen || b[0] != 0 || b[1] < opRead || int(b[1]) >= len(opNames) {
		return 0, nil, nil, false
	}
	name, rest, ok := bytes.Cut(b[2:], nul)
	if !ok {
		return 0, nil, nil, false
	}
	mode, _, ok = bytes.Cut(rest, nul)
	return b[1], name, mode, ok && knownMode(mode) && utf8.Valid(name)
}

var nul = []byte{0}

func knownMode(b []byte) bool {
	for _, m := range [...]string{"netascii", "octet", "mail"} {
		if len(b) == len(m) {
			same := true
			for i, c := range b {
				if 'A' <= c && c <= 'Z' {
					c += 32
				}
				same = same && c == m[i]
			}
			if same {
				return true
			}
		}
	}
	return false
}

// probe goes by the port: operations are small numbers of two octets.
func probe(_ input.Dir, b []byte) app.Verdict {
	if len(b) >= minLen && b[0] == 0 {
		return app.Yes
	}
	return app.No
}

// State parses one flow: requests, what else there is is the transfer's.
type State struct{ pool *single.Pool[Tx] }

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppTFTP)
	s.pool = single.Of(env, input.AppTFTP, maxTxs, 0, base)
	return s
}

// Reset has nothing to do.
func (s *State) Reset() {}

// Parse reads a datagram.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	op, name, mode, ok := request(c.Data)
	if !ok || len(name)+len(mode) > maxText {
		return len(c.Data), app.OK
	}
	if t := s.pool.Take(c); t != nil {
		t.op, t.split = op, len(name)
		ok := t.Keep(name) && t.Keep(mode)
		for i := t.split; i < len(t.Text); i++ {
			if c := t.Text[i]; 'A' <= c && c <= 'Z' {
				t.Text[i] = c + 'a' - 'A'
			}
		}
		t.Add(c, ok)
	}
	return len(c.Data), app.OK
}

// Tx is a request; its text is the name, and the mode from split on.
type Tx struct {
	single.Base[Tx]
	op     byte
	split  int
	logged bool
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

// View: rules have no buffers of TFTP.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num: nor numbers.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// LogReady is true once.
func (t *Tx) LogReady() bool { return !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("tftp")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("tftp")
	w.StrConst("packet", opNames[t.op])
	w.Str("file", t.Text[:t.split])
	w.Str("mode", t.Text[t.split:])
	w.End()
}
