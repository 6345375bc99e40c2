package dcerpc

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxTxs is the most transactions of a worker.
const maxTxs = 1 << 16

// Frames, by their place in the list of names.
const (
	framePDU = iota
	frameHeader
	frameData
)

const udp = 17

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppDCERPC].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppDCERPC].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.opt.Transactions = min(sh.opt.Transactions, app.MaxTxs)
	sh.txs = app.NewList[Tx](env, maxTxs)
	env.Shared[input.AppDCERPC] = sh
	return sh
}

// State is one flow.
type State struct {
	sh   *shared
	conn rpc.Conn
	// lost: octets of a side are missing, and a header is to be found again.
	lost [2]bool
	// ended: nothing more comes of a side (its end, or the depth of reassembly).
	ended [2]bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppDCERPC)
	s.sh = sharedOf(env)
	s.conn = rpc.Conn{Mem: env.Keep, MaxStub: s.sh.opt.Stub, WithHead: true}
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	s.conn.Close()
	*s = State{sh: s.sh, conn: s.conn}
}

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if c.Flow.IPProto == udp {
		return s.datagram(c), app.OK
	}
	used, st = s.stream(c)
	if c.EOF {
		s.ended[c.Dir-1] = true
	}
	if c.EOF || st == app.Failed {
		s.end(c.Flow, c.Dir, st == app.Failed)
	}
	return used, st
}

func (s *State) stream(c *app.Call) (used int, st app.Status) {
	if c.Gap > 0 {
		s.lost[c.Dir-1] = true
		s.end(c.Flow, c.Dir, false)
	}
	if s.lost[c.Dir-1] {
		var found bool
		if used, found = find(c.Data); !found {
			return used, app.OK
		}
		s.lost[c.Dir-1] = false
	}
	for {
		p, n, got := rpc.Read(c.Data[used:])
		switch {
		case used == len(c.Data):
			return used, app.OK
		case got == rpc.Bad:
			return used, app.Failed
		case got == rpc.Short:
			return used, app.OK
		case n > rpc.HeadLen && !s.pdu(c, &p, used):
			return used, app.OK // it comes again
		}
		used += n
	}
}

// find is where a header begins, or, when none is found yet, may begin.
func find(b []byte) (at int, found bool) {
	for i := range b {
		if b[i] == 5 {
			if yes, more := rpc.Looks(b[i:]); yes || more {
				return i, yes
			}
		}
	}
	return len(b), false
}

// end gives up on what a direction did not bring. Without the server's octets
// nothing more comes of any call.
func (s *State) end(f *app.Flow, d input.Dir, all bool) {
	for _, tx := range f.Txs {
		if t, ok := tx.(*Tx); ok {
			t.call.End(d)
			if all || d == input.ToClient {
				t.call.End(input.ToServer)
				t.call.End(input.ToClient)
			}
		}
	}
}

// pdu takes one PDU that stands at an offset of c.Data; false: there is no room for
// its call as long as those that ended now are not gone.
func (s *State) pdu(c *app.Call, p *rpc.PDU, at int) bool {
	if !rpc.Matters(c.Dir, p) {
		s.frames(c, p, at)
		return true
	}
	t, full := s.callOf(c, p)
	if full {
		return false
	}
	s.frames(c, p, at)
	if t != nil {
		s.conn.Take(&t.call, c.Dir, p)
	}
	return true
}

func (s *State) frames(c *app.Call, p *rpc.PDU, at int) {
	c.Frame(frameHeader, at, rpc.HeadLen)
	c.Frame(framePDU, at, int64(p.FragLen))
	c.Frame(frameData, at+rpc.HeadLen, int64(p.FragLen-rpc.HeadLen))
}

// callOf is the transaction that a PDU belongs to; nil: there is no room. full: the
// flow has too many, and the oldest that is open was ended.
func (s *State) callOf(c *app.Call, p *rpc.PDU) (t *Tx, full bool) {
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok && t.call.Takes(c.Dir, p) {
			return t, false
		}
	}
	if t, full = s.open(c); t != nil {
		t.call.Open(p)
		if back := c.Dir.Reverse(); s.ended[back-1] {
			t.call.End(back)
		}
	}
	return t, full
}

func (s *State) open(c *app.Call) (t *Tx, full bool) {
	if len(c.Flow.Txs) >= s.sh.opt.Transactions {
		for _, tx := range c.Flow.Txs {
			if t, ok := tx.(*Tx); ok && !t.over() {
				t.call.End(input.ToServer)
				t.call.End(input.ToClient)
				return nil, true
			}
		}
		return nil, true // all are over, and go with this packet
	}
	if t = s.sh.txs.Take(nil); t == nil {
		return nil, false
	}
	t.sh, t.state = s.sh, s
	var ok bool
	if t.id, ok = c.Flow.NewTx(t); !ok {
		t.Release()
		return nil, false
	}
	return t, false
}
