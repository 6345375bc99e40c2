package pop3

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxLine is how much of a line is read, in octets.
	maxLine = 4096
	// maxTxs is the most transactions of a worker.
	maxTxs = 16384
)

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
	// data lends room to long responses.
	data slab.Wide[span]
	// refused counts what had to be left out for want of room.
	refused uint64
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppPOP3].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions(), data: slab.Wide[span]{Max: maxData}, txs: app.NewList[Tx](env, maxTxs)}
	if o, ok := env.Options[input.AppPOP3].(*Options); ok && o != nil {
		sh.opt = *o
	}
	env.Shared[input.AppPOP3] = sh
	return sh
}

// fresh gives a new transaction room of its own for the usual response.
func fresh(t *Tx) { t.data = t.few[:0] }

// State parses one flow.
type State struct {
	sh    *shared
	lines line.Reader
	eof   [2]bool
	// many: lines of a response follow, up to one of a single dot.
	many bool
	// sasl: the server asked for more of the authentication.
	sasl bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppPOP3)
	s.sh = sharedOf(env)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse reads one direction's lines. Behind a gap they go on with the next one.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if c.Gap > 0 {
		s.lines.Lost(c.Dir)
	}
	for used < len(c.Data) {
		l, n, kind := s.lines.Next(c.Dir, c.Data[used:], maxLine)
		if n == 0 {
			break
		}
		if kind != line.Skipped {
			long := kind == line.Cut
			var ok bool
			if c.Dir == input.ToServer {
				ok, st = s.request(c, l, long)
			} else {
				ok, st = s.response(c, l, long)
			}
			switch {
			case !ok:
				s.lines.Back(c.Dir)
				return used, st
			case st == app.Switch:
				c.Next = input.AppTLS
				return used + n, st
			}
		}
		used += n
	}
	if c.EOF {
		s.over(c)
	}
	return used, app.OK
}

// over notes the end of a direction; behind both, nothing is added.
func (s *State) over(c *app.Call) {
	if s.eof[c.Dir-1] = true; s.eof != [2]bool{true, true} {
		return
	}
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok {
			t.done = true
		}
	}
}

// open begins a transaction. Where the flow has too many, they are taken for
// complete: past max-tx the flow fails, and where it has as many as a flow can
// have, the octets wait until one was released.
func (s *State) open(c *app.Call) (*Tx, app.Status) {
	f := c.Flow
	if past := len(f.Txs) > s.sh.opt.MaxTx; past || f.Full() {
		for _, tx := range f.Txs {
			if t, ok := tx.(*Tx); ok && !t.done {
				t.raise(EventTooManyTransactions)
				t.done = true
			}
		}
		s.many = false
		if past {
			return nil, app.Failed
		}
		return nil, app.OK
	}
	t := s.sh.txs.Take(fresh)
	if t == nil {
		return nil, app.Failed
	}
	id, ok := f.NewTx(t)
	if !ok {
		s.sh.txs.Put(t)
		return nil, app.OK
	}
	t.sh, t.id = s.sh, id
	return t, app.OK
}

// request reads a command. !ok: there is no room for it, now or ever.
func (s *State) request(c *app.Call, l []byte, long bool) (ok bool, st app.Status) {
	t, st := s.open(c)
	if t == nil {
		return false, st
	}
	t.request = true
	if long {
		t.raise(EventRequestTooLong)
	}
	if s.sasl {
		s.sasl, t.cmd = false, sasl
		return true, app.OK
	}
	verb, rest, _ := bytes.Cut(l, blank)
	if t.cmd = commandOf(verb); t.cmd == unknown {
		t.raise(EventUnknownCommand)
		t.verb, _ = t.put(verb)
	}
	for n := 0; len(rest) > 0; n++ {
		var arg []byte
		arg, rest, _ = bytes.Cut(rest, blank)
		if n < maxArgs {
			if sp, ok := t.put(arg); ok {
				t.args[n], t.nargs = sp, n+1
			}
		}
		if t.cmd != unknown && n == most[t.cmd] {
			t.raise(EventIncorrectArgumentCount)
		}
	}
	return true, app.OK
}

var blank = []byte{' '}

// response reads a line of a response.
func (s *State) response(c *app.Call, l []byte, long bool) (ok bool, st app.Status) {
	t := s.waiting(c)
	if t == nil {
		if t, st = s.open(c); t == nil {
			return false, st
		}
	}
	if long {
		t.raise(EventResponseTooLong)
	}
	if s.many {
		if len(l) == 1 && l[0] == '.' {
			s.many, t.done = false, true
			return true, app.OK
		}
		if len(l) > 1 && l[0] == '.' {
			l = l[1:]
		}
		if len(t.data) < maxData {
			if sp, ok := t.put(l); ok {
				t.data = s.sh.data.Append(t.data, sp)
			}
		}
		return true, app.OK
	}
	status, rest := l, []byte(nil)
	if i := bytes.IndexByte(l, ' '); i >= 0 {
		status, rest = l[:i], l[i+1:]
	}
	t.answered = true
	t.header, _ = t.put(rest)
	switch {
	case line.Fold(status, "+OK"):
		t.success = true
		if s.many = t.many(); !s.many {
			t.done = true
		}
		if t.cmd == stls {
			return true, app.Switch
		}
	case line.Fold(status, "+"):
		// More of the authentication is asked for (RFC 5034 section 4).
		t.success, t.done, s.sasl = true, true, true
	default:
		t.done = true
	}
	return true, app.OK
}

// waiting is the oldest transaction whose response is to come; nil when none
// waits.
func (s *State) waiting(c *app.Call) *Tx {
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok && !t.done {
			return t
		}
	}
	return nil
}
