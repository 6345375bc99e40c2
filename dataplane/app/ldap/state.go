package ldap

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxMessage is the most octets of a message that are kept.
	maxMessage = 32 << 10
	// maxKept is the most octets of a transaction's responses.
	maxKept = 256 << 10
	udp     = 17
)

// startTLS is the name of the operation (RFC 4511 section 4.14).
const startTLS = "1.3.6.1.4.1.1466.20037"

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppLDAP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppLDAP].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	env.Shared[input.AppLDAP] = sh
	return sh
}

// State parses one flow.
type State struct {
	sh   *shared
	side [2]struct {
		// skip are the octets of the message at hand that are not kept.
		skip uint64
		// lost: octets are missing, and messages must be found again.
		lost bool
	}
	seen bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppLDAP)
	s.sh = sharedOf(env)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse reads messages, one after the other.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	used, st = s.messages(c)
	if st != app.OK || c.EOF && s.dir(c) == input.ToClient {
		for _, tx := range c.Flow.Txs {
			if t, ok := tx.(*Tx); ok {
				t.over = true
			}
		}
	}
	return used, st
}

func (s *State) messages(c *app.Call) (used int, st app.Status) {
	side := &s.side[s.dir(c)-1]
	if c.Gap > 0 {
		side.lost = side.lost || c.Gap > side.skip
		side.skip -= min(side.skip, c.Gap)
	}
	if side.lost && len(c.Data) > 0 {
		if probe(c.Dir, c.Data) == app.No {
			return len(c.Data), app.OK
		}
		side.lost = false
	}
	for used < len(c.Data) {
		side := &s.side[s.dir(c)-1]
		if side.skip > 0 {
			n := min(side.skip, uint64(len(c.Data)-used))
			side.skip -= n
			used += int(n)
			continue
		}
		n, st := s.message(c, c.Data[used:], used)
		used += n
		if n == 0 || st != app.OK {
			return used, st
		}
	}
	return used, app.OK
}

// dir is the way that octets go, once it is known which side asks.
func (s *State) dir(c *app.Call) input.Dir {
	if c.Flow.Reversed {
		return c.Dir.Reverse()
	}
	return c.Dir
}

// message reads one message; n is 0 when it is not complete.
func (s *State) message(c *app.Call, b []byte, at int) (n int, st app.Status) {
	datagram := c.Flow.IPProto == udp
	m, comp := parse(b)
	if comp == ber.Short && !datagram {
		return 0, app.OK
	}
	if comp != ber.Whole {
		return s.broken(c, b, datagram)
	}
	_, head, size, _ := ber.Element(b)
	total := size + uint64(head)
	keep := int(min(total, maxMessage, uint64(len(b))))
	if uint64(keep) < min(total, maxMessage) && !datagram {
		return 0, app.OK
	}
	if !s.seen {
		// The first message tells who asks.
		s.seen = true
		if isRequest(m.op) != (s.dir(c) == input.ToServer) {
			c.Flow.Reversed = !c.Flow.Reversed
		}
	}
	m, _ = parse(b[:keep])
	t, st := s.place(c, &m)
	if t == nil {
		return 0, st
	}
	if uint64(keep) < total {
		t.raise(EventIncompleteData)
	}
	if !t.add(&m, b[:keep]) {
		return 0, app.Failed
	}
	c.Frame(0, at, int64(total)).Tx(t.id)
	n = int(min(total, uint64(len(b))))
	if !datagram {
		s.side[s.dir(c)-1].skip = total - uint64(n)
	}
	if t.tls && t.over && s.sh.env.Speaks[input.AppTLS] && !c.Locked && m.op == opExtendedResponse {
		if code, _, _, ok := m.result(); ok && code == 0 {
			c.Next = input.AppTLS
			return n, app.Switch
		}
	}
	return n, app.OK
}

// place is the transaction that a message belongs to; nil: there is none, and
// either it comes again or the flow fails.
func (s *State) place(c *app.Call, m *message) (*Tx, app.Status) {
	request := isRequest(m.op)
	toServer := s.dir(c) == input.ToServer
	if !toServer && !request && m.id != 0 {
		if t := find(c.Flow, m.id); t != nil {
			return t, app.OK
		}
	}
	t, st := s.open(c)
	if t == nil {
		return nil, st
	}
	switch {
	case request != toServer:
		t.raise(EventInvalidData)
	case request && m.op == opAbandonRequest:
		if id, ok := ber.Value(m.body.Bytes()); ok && id <= 1<<31 {
			if old := find(c.Flow, uint32(id)); old != nil {
				old.over = true
			}
		}
	case !request && m.op != opExtendedResponse:
		t.raise(EventRequestNotFound)
	}
	return t, app.OK
}

// open makes a transaction. Past max-tx the flow fails. Where it has as many as a
// flow can have, the oldest request without an answer is not waited for any more,
// and the message comes again.
func (s *State) open(c *app.Call) (*Tx, app.Status) {
	if len(c.Flow.Txs) > s.sh.opt.MaxTx {
		for _, tx := range c.Flow.Txs {
			if t, ok := tx.(*Tx); ok && !t.over {
				t.raise(EventTooManyTransactions)
				t.over = true
			}
		}
		return nil, app.Failed
	}
	if len(c.Flow.Txs) >= app.MaxTxs {
		for _, tx := range c.Flow.Txs {
			if t, ok := tx.(*Tx); ok && !t.over {
				t.raise(EventTooManyTransactions)
				t.over = true
				break
			}
		}
		return nil, app.OK
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		return nil, app.Failed
	}
	t.sh = s.sh
	var ok bool
	if t.id, ok = c.Flow.NewTx(t); !ok {
		t.Release()
		return nil, app.Failed
	}
	return t, app.OK
}

// find is the request with a message id that waits for responses.
func find(f *app.Flow, id uint32) *Tx {
	for i := len(f.Txs) - 1; i >= 0; i-- {
		if t, ok := f.Txs[i].(*Tx); ok && !t.over && len(t.request) > 0 && t.msgID == id {
			return t
		}
	}
	return nil
}

// broken notes octets that are no message. A datagram's are gone; a stream cannot
// go on.
func (s *State) broken(c *app.Call, b []byte, datagram bool) (int, app.Status) {
	if t, _ := s.open(c); t != nil {
		t.raise(EventInvalidData)
		t.over = true
	}
	if datagram {
		return len(b), app.OK
	}
	return 0, app.Failed
}
