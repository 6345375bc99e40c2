package pgsql

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
	// refused counts what had to be left out for want of room.
	refused uint64
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppPGSQL].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: *DefaultOptions()}
	if o, ok := env.Options[input.AppPGSQL].(*Options); ok {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	env.Shared[input.AppPGSQL] = sh
	return sh
}

// State parses one connection.
type State struct {
	sh *shared
	// skip is what is left of bodies that go by, octets.
	skip [2]uint64
	eof  [2]bool
	// started: a start message came, or another with a kind. ssl: the answer to a
	// request for encryption is to come.
	started, ssl bool
	// asked is what the server wants of the client's next answer to the
	// authentication.
	asked request
	// cur is the transaction that waits for an answer, while Parse runs.
	cur *Tx
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppPGSQL)
	s.sh = sharedOf(env)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse reads one direction's messages.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	s.cur = nil
	skip := &s.skip[c.Dir-1]
	if c.Gap > 0 {
		if c.Gap > *skip {
			// Where the next message begins is not known any more.
			s.finishAll(c)
			return len(c.Data), app.Bypass
		}
		*skip -= c.Gap
	}
	for used < len(c.Data) {
		b := c.Data[used:]
		if *skip > 0 {
			n := int(min(*skip, uint64(len(b))))
			*skip -= uint64(n)
			used += n
			continue
		}
		var n int
		switch {
		case c.Dir == input.ToClient && s.ssl && (b[0] == 'S' || b[0] == 'N' || b[0] == 'G'):
			n, st = 1, s.granted(c, b[0])
			if st == app.Switch {
				return used + 1, st
			}
		case c.Dir == input.ToServer && s.ssl && b[0] == 0x16:
			// TLS before the server agreed: what it is, its answer tells.
			return used, app.OK
		case c.Dir == input.ToServer && b[0] == 0 && !s.started:
			n, st = s.start(c, b)
		default:
			n, st = s.message(c, b)
		}
		if st != app.OK {
			return len(c.Data), st
		}
		if n == 0 {
			break
		}
		used += n
	}
	if c.EOF {
		if s.eof[c.Dir-1] = true; s.eof == [2]bool{true, true} {
			s.finishAll(c)
		}
	}
	return used, app.OK
}

// message reads a message with a kind, as much of it as is of interest; what is
// left of it goes by. 0: more must come, or there is no room yet.
func (s *State) message(c *app.Call, b []byte) (int, app.Status) {
	kinds, bad, need := frontend, EventMalformedRequest, needClient
	if c.Dir == input.ToClient {
		kinds, bad, need = backend, EventMalformedResponse, needServer
	}
	if !isKind(b[0], kinds) {
		return s.malformed(c, bad)
	}
	if len(b) < headSize {
		return 0, app.OK
	}
	size := uint64(binary.BigEndian.Uint32(b[1:]))
	if size < 4 || size > maxMessage {
		return s.malformed(c, EventInvalidLength)
	}
	body := int(size) - 4
	least, most := need(b[0])
	if body < least {
		return s.malformed(c, bad)
	}
	n := min(body, most)
	if len(b) < headSize+n {
		return 0, app.OK
	}
	var ok bool
	var st app.Status
	if c.Dir == input.ToServer {
		ok, st = s.request(c, b[0], b[headSize:headSize+n], body)
	} else {
		ok, st = s.response(c, b[0], b[headSize:headSize+n], body)
	}
	if !ok || st != app.OK {
		return 0, st
	}
	s.skip[c.Dir-1] = uint64(body - n)
	return headSize + n, app.OK
}

// malformed ends the flow with an event on a transaction of its own.
func (s *State) malformed(c *app.Call, ev uint16) (int, app.Status) {
	s.finishAll(c)
	if t, _ := s.open(c); t != nil {
		t.raise(ev)
		t.done = true
	}
	return 0, app.Failed
}

// open begins a transaction; where the flow has too many, they are taken for
// complete, and the octets wait until one was released.
func (s *State) open(c *app.Call) (*Tx, app.Status) {
	f := c.Flow
	if len(f.Txs) >= s.sh.opt.MaxTx {
		for _, tx := range f.Txs {
			if t, ok := tx.(*Tx); ok && !t.done {
				t.raise(EventTooManyTransactions)
			}
		}
		s.finishAll(c)
		f.Waiting = true
		return nil, app.OK
	}
	t := s.sh.txs.Take(nil)
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

// waiting is the oldest transaction whose answer is not complete; nil when none
// waits.
func (s *State) waiting(c *app.Call) *Tx {
	if s.cur != nil && !s.cur.done {
		return s.cur
	}
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok && !t.done {
			s.cur = t
			return t
		}
	}
	return nil
}

// finishAll: nothing will be added to what there is.
func (s *State) finishAll(c *app.Call) {
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok {
			t.done = true
		}
	}
	s.ssl = false
}
