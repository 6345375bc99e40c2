package modbus

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// shared is what the flows of one worker have in common.
type shared struct {
	env  *app.Env
	opt  Options
	txs  slab.List[Tx]
	text [128]byte // for names that stand together
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppModbus].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppModbus].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	env.Shared[input.AppModbus] = sh
	return sh
}

// State is one connection.
type State struct {
	sh   *shared
	side [2]struct {
		// skip are the octets of a message of wrong length that are still to come.
		skip int
		// lost: octets are missing, and messages must be found again.
		lost bool
	}
	// flooded: what asks is not looked at until requests were answered.
	flooded bool
}

// Reset is app.State's.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	sd := &s.side[c.Dir-1]
	if c.Gap > 0 {
		sd.lost = sd.lost || c.Gap > uint64(sd.skip)
		sd.skip -= int(min(uint64(sd.skip), c.Gap))
	}
	if sd.lost && len(c.Data) > 0 {
		if probe(c.Dir, c.Data) != app.Yes {
			return len(c.Data), app.OK
		}
		sd.lost, sd.skip = false, 0
	}
	used := 0
	for used < len(c.Data) {
		b := c.Data[used:]
		if sd.skip > 0 {
			n := min(sd.skip, len(b))
			sd.skip -= n
			used += n
			continue
		}
		if len(b) < headLen {
			break
		}
		h := readHead(b)
		if !h.fits() {
			s.message(c, used, b[:headLen])
			sd.skip = h.length
			used += headLen
			continue
		}
		if len(b) < headLen+h.length {
			break
		}
		s.message(c, used, b[:headLen+h.length])
		used += headLen + h.length
	}
	if c.EOF {
		return len(c.Data), app.OK
	}
	return used, app.OK
}

// message reads one that stands at off; of one whose length is wrong, the header.
func (s *State) message(c *app.Call, off int, b []byte) {
	m := message{head: readHead(b), there: true}
	m.flaw(m.protocol != 0, badProtocol)
	if len(b) == headLen {
		m.flaw(true, badLength)
	} else {
		m.unit, m.function = b[headLen], b[headLen+1]
		m.decode(b[headLen+minLength:], c.Dir)
	}
	t := s.place(c, &m)
	if t == nil {
		return
	}
	t.tell(&m, c.Dir)
	size := int64(len(b))
	if len(b) == headLen {
		size += int64(m.length)
	}
	c.Frame(framePDU, off, size).Tx(t.id)
	c.Frame(frameHeader, off, headLen+1).Tx(t.id)
	c.Frame(frameData, off+headLen+1, size-headLen-1).Tx(t.id)
	if len(m.data) > 0 {
		// It ends where the message does, or in front of octets too many.
		raw, ok := s.sh.env.Keep.Append(nil, m.data)
		if !ok {
			t.done = true
			return
		}
		m.raw, m.data = raw, raw
	}
	t.side[c.Dir-1] = m
	t.done = t.done || c.Dir == input.ToClient
}

// place is the transaction that a message belongs to; nil: there is none.
func (s *State) place(c *app.Call, m *message) *Tx {
	open := 0
	for _, tx := range c.Flow.Txs {
		t, ok := tx.(*Tx)
		if !ok || t.done {
			continue
		}
		open++
		if c.Dir == input.ToClient && m.answers(&t.side[0]) {
			return t
		}
	}
	if s.flooded = s.flooded && open >= s.sh.opt.Flood; s.flooded {
		return nil
	}
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
	if open >= s.sh.opt.Flood {
		s.flooded = true
		t.raise(evFlooded)
	}
	if c.Dir == input.ToClient {
		t.raise(evUnsolicitedResponse)
	}
	return t
}

// tell raises events for what is wrong with a message.
func (t *Tx) tell(m *message, d input.Dir) {
	if d == input.ToClient && m.does(buf.ModbusRead|buf.ModbusWrite) && m.flaws&(badLength|badValue) != 0 {
		t.raise(evValueMismatch)
		return
	}
	for _, e := range [...]struct {
		f  flaws
		ev uint16
	}{{badFunction, evInvalidFunctionCode}, {badValue, evInvalidValue}, {badLength, evInvalidLength}, {badException, evInvalidExceptionCode},
		{badProtocol, evInvalidProtocolID}} {
		if m.flaws&e.f != 0 {
			t.raise(e.ev)
		}
	}
}
