package enip

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const udp = 17

// shared is what the flows of one worker have in common.
type shared struct {
	env  *app.Env
	opt  Options
	txs  slab.List[Tx]
	room []byte // for the facts of the message at hand, and for names
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppENIP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions(), room: make([]byte, 0, maxFacts*factLen)}
	if o, ok := env.Options[input.AppENIP].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	env.Shared[input.AppENIP] = sh
	return sh
}

// State is one flow.
type State struct {
	sh *shared
	// lost: octets of a direction are missing, and messages must be found again.
	lost [2]bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppENIP)
	s.sh = sharedOf(env)
	return s
}

// Reset is app.State's.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	if c.Flow.IPProto == udp {
		return len(c.Data), s.datagram(c)
	}
	if c.Gap > 0 {
		s.lost[c.Dir-1] = true
	}
	if s.lost[c.Dir-1] {
		if probe(c.Dir, c.Data) != app.Yes {
			return len(c.Data), app.OK
		}
		s.lost[c.Dir-1] = false
	}
	used := 0
	for {
		n := whole(c.Data[used:])
		if n == 0 || !s.message(c, used, n) {
			break
		}
		used += n
	}
	if c.EOF {
		return len(c.Data), app.OK
	}
	return used, app.OK
}

// whole is the length of the message that b begins with; 0: it is not all there.
func whole(b []byte) int {
	if len(b) < headLen {
		return 0
	}
	n := headLen + readHead(b).size
	if len(b) < n {
		return 0
	}
	return n
}

// datagram reads the message of a datagram. One that is cut short is a transaction
// with an event and nothing else, and refused.
func (s *State) datagram(c *app.Call) app.Status {
	if n := whole(c.Data); n > 0 {
		s.message(c, 0, n)
		return app.OK
	}
	if len(c.Data) == 0 {
		return app.OK
	}
	if t := s.open(c); t != nil {
		t.raise(evInvalidPDU)
		t.done = true
	}
	return app.Failed
}

// message reads n octets at off; false: there is no transaction for it, and it comes
// again.
func (s *State) message(c *app.Call, off, n int) bool {
	b := c.Data[off : off+n]
	var m message
	m.read(s.sh, b)
	var t *Tx
	if c.Dir == input.ToClient {
		t = request(c.Flow, &m)
	}
	if t == nil {
		if len(c.Flow.Txs) >= s.sh.opt.Open {
			flood(c.Flow)
			return false
		}
		if t = s.open(c); t == nil {
			return true
		}
		t.done = c.Dir == input.ToClient // nobody asked
	}
	if m.invalid {
		t.raise(evInvalidPDU)
	}
	if s.sh.env.Frames != app.FrameOff {
		frames(c, off, b, &m, t.id)
	}
	if !m.keep(s.sh, b) {
		t.done = true
		return true
	}
	t.side[c.Dir-1] = m
	return true
}

// open makes a transaction; nil: there is no room.
func (s *State) open(c *app.Call) *Tx {
	t := s.sh.txs.Take(nil)
	if t == nil {
		return nil
	}
	t.sh = s.sh
	id, ok := c.Flow.NewTx(t)
	if !ok {
		t.Release()
		return nil
	}
	t.id = id
	return t
}

// request is the one that an answer belongs to; those before it get none any more.
func request(f *app.Flow, m *message) *Tx {
	for _, tx := range f.Txs {
		t, ok := tx.(*Tx)
		if !ok || t.done || !t.side[0].there || t.side[1].there {
			continue
		}
		t.done = true
		if t.side[0].answeredBy(m) {
			return t
		}
	}
	return nil
}

// flood ends all transactions of a flow that has too many.
func flood(f *app.Flow) {
	told := false
	for _, tx := range f.Txs {
		if t, ok := tx.(*Tx); ok {
			t.done = true
			if !told {
				told = true
				t.raise(evTooManyTransactions)
			}
		}
	}
}

// frames notes the frames of a message that stands at off.
func frames(c *app.Call, off int, b []byte, m *message, id uint64) {
	c.Frame(frameHeader, off, headLen).Tx(id)
	c.Frame(frameData, off+headLen, int64(len(b)-headLen)).Tx(id)
	c.Frame(framePDU, off, int64(len(b))).Tx(id)
	at, ok := m.itemsAt()
	if !ok || m.invalid {
		return
	}
	w := itemsOf(b, at)
	for w.next() {
		c.Frame(frameItem, off+w.start, int64(itemHead+len(w.data))).Tx(id)
		msg, in, _, is, ok := w.cip()
		if !is || !ok || !m.carriesCIP() {
			continue
		}
		in += off + w.start + itemHead
		c.Frame(frameCIP, in, int64(len(msg))).Tx(id)
		s, _ := readService(msg, false)
		for i := range min(s.count(), maxServices) {
			if at, p, ok := s.part(i); ok {
				c.Frame(frameCIP, in+at, int64(p.size)).Tx(id)
			}
		}
	}
}
