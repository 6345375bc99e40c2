package sip

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxTxs is the most transactions of a worker.
const maxTxs = 4096

const tcp = 6

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	txs slab.List[Tx]
	// fields and lines lend room to long messages.
	fields slab.Wide[field]
	lines  slab.Wide[line]
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppSIP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, fields: slab.Wide[field]{Max: maxFields}, lines: slab.Wide[line]{Max: maxLines}, txs: app.NewList[Tx](env, maxTxs)}
	env.Shared[input.AppSIP] = sh
	return sh
}

// fresh gives a new transaction room of its own for the usual header.
func fresh(t *Tx) { t.fields, t.lines = t.few[:0], t.fewLines[:0] }

// State parses one flow.
type State struct {
	sh     *shared
	stream bool
	// skip are the octets of a body that are not looked at, by direction.
	skip [2]uint64
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppSIP)
	s.sh = sharedOf(env)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse reads messages: one a datagram, or one after the other in a stream.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	s.stream = c.Flow.IPProto == tcp // states serve flows of either transport
	if c.Gap > 0 {
		if skip := &s.skip[c.Dir-1]; c.Gap <= *skip {
			*skip -= c.Gap
		} else {
			return 0, app.Failed
		}
	}
	for used < len(c.Data) {
		n, st := s.message(c, c.Data[used:])
		used += n
		if n == 0 || st != app.OK {
			return used, st
		}
	}
	return used, app.OK
}

// message reads one message; n is 0 when it is not complete.
func (s *State) message(c *app.Call, b []byte) (n int, st app.Status) {
	if skip := &s.skip[c.Dir-1]; *skip > 0 {
		n := min(uint64(len(b)), *skip)
		*skip -= n
		return int(n), app.OK
	}
	// Line ends between messages keep a connection alive (RFC 5626 section 3.5.1).
	if k := len(b) - len(bytes.TrimLeft(b, "\r\n")); k > 0 {
		return k, app.OK
	}
	head := headEnd(b)
	if head == 0 && !s.stream {
		head = len(b)
	}
	if head > maxHead || head == 0 && len(b) > maxHead {
		return len(b), s.broken(c, EventInvalidData)
	}
	if head == 0 {
		return 0, app.OK
	}
	if c.Flow.Full() {
		return 0, app.OK
	}
	t := s.sh.txs.Take(fresh)
	if t == nil {
		return len(b), app.Failed
	}
	t.sh = s.sh
	var ok bool
	if t.text, ok = s.sh.env.Keep.Append(t.text, b[:head]); !ok || !t.head() {
		t.Release()
		return len(b), s.broken(c, EventInvalidData)
	}
	body, whole := uint64(len(b)-head), true
	if s.stream {
		if body = t.length; body > uint64(len(b)-head) {
			whole = false
		}
	} else if t.hasLength && t.length > body {
		t.raise(EventIncompleteData)
	}
	described := body > 0 && body <= maxBody && t.described()
	if described && !whole {
		t.Release()
		return 0, app.OK
	}
	if described {
		if t.text, ok = s.sh.env.Keep.Append(t.text, b[head:head+int(body)]); ok {
			t.describe(head)
		}
	}
	if t.id, ok = c.Flow.NewTx(t); !ok {
		t.Release()
		return 0, app.OK
	}
	t.dir = c.Dir
	s.frames(c, t, len(c.Data)-len(b), head, int64(body))
	// Where Suricata looks for one kind in each direction, the other is looked at
	// here, too, but logged by neither.
	t.logged = t.response == (c.Dir == input.ToServer)
	if t.logged && !s.stream {
		// The rules see it; the error policy of who wants it strict applies, too.
		return len(b), app.Failed
	}
	if whole {
		return head + int(body), app.OK
	}
	s.skip[c.Dir-1] = body - uint64(len(b)-head)
	return len(b), app.OK
}

// Frames, by their place in input.FrameNames; those of responses stand behind
// those of requests.
const (
	framePDU uint8 = iota
	frameLine
	frameResponseLine
	frameHeaders
	frameResponseHeaders
	frameBody
	frameResponseBody
)

// frames notes the parts of a message that begins at an offset of the octets at
// hand: the line and the fields with their line ends, without the empty line.
func (s *State) frames(c *app.Call, t *Tx, at, head int, body int64) {
	if s.sh.env.Frames == app.FrameOff {
		return
	}
	of := uint8(0)
	if t.response {
		of = 1
	}
	_, line := cutLine(t.text[:head])
	end := len(bytes.TrimSuffix(bytes.TrimSuffix(t.text[:head], lf), cr))
	c.Frame(framePDU, at, int64(head)+body).Tx(t.id)
	c.Frame(frameLine+of, at, int64(line)).Tx(t.id)
	if end > line {
		c.Frame(frameHeaders+of, at+line, int64(end-line)).Tx(t.id)
	}
	if body > 0 {
		c.Frame(frameBody+of, at+head, body).Tx(t.id)
	}
}

var lf, cr = []byte{'\n'}, []byte{'\r'}

// broken notes octets that are no message.
func (s *State) broken(c *app.Call, ev uint16) app.Status {
	if n := len(c.Flow.Txs); n > 0 {
		if t, ok := c.Flow.Txs[n-1].(*Tx); ok {
			t.raise(ev)
		}
	}
	return app.Failed
}
