package mqtt

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// maxOpen is how many transactions of a flow may wait for an answer; the oldest is
// given up for the next one.
const maxOpen = 128

// Frames, by their place in input.AppMQTT's row.
const (
	framePDU = iota
	frameHeader
	frameData
)

// State parses one flow.
type State struct {
	sh   *shared
	side [2]side
	// version is the one that CONNECT named; connected: CONNACK answered it.
	version   uint8
	connected bool
	open      int
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppMQTT)
	s.sh = sharedOf(env)
	return s
}

// side is what one side is about to say.
type side struct {
	// msg is the message that began, want the octets missing to its end.
	msg   message
	inMsg bool
	want  int
	// skip are the octets to come of a message that is too long.
	skip uint64
	eof  bool
}

// Reset makes the state as new.
func (s *State) Reset() {
	for i := range s.side {
		s.sh.env.Keep.Later(s.side[i].msg.text)
	}
	*s = State{sh: s.sh}
}

// Parse reads one direction's octets.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	sd := &s.side[c.Dir-1]
	if c.Gap > 0 {
		if sd.inMsg || c.Gap > sd.skip {
			return 0, app.Failed
		}
		sd.skip -= c.Gap
	}
	for used < len(c.Data) || sd.inMsg && sd.want == 0 {
		if sd.skip > 0 {
			n := min(sd.skip, uint64(len(c.Data)-used))
			sd.skip -= n
			used += int(n)
			continue
		}
		if !sd.inMsg {
			n, st := s.begin(c, sd, used)
			if n == 0 || st != app.OK {
				return used, st
			}
			used += n
		}
		n := min(sd.want, len(c.Data)-used)
		if n == sd.want && c.Flow.Full() {
			return used, app.OK // there is room when those before were judged
		}
		var ok bool
		if sd.msg.text, ok = s.sh.env.Keep.Append(sd.msg.text, c.Data[used:used+n]); !ok {
			return len(c.Data), app.Failed
		}
		used += n
		if sd.want -= n; sd.want > 0 {
			break
		}
		if !s.complete(c, sd) {
			return len(c.Data), app.Failed
		}
	}
	if c.EOF {
		sd.eof = true
		if s.side[0].eof && s.side[1].eof {
			s.giveUp(c.Flow, maxOpen, false)
		}
	}
	return used, app.OK
}

// begin reads a fixed header, n octets long; 0: it is not whole.
func (s *State) begin(c *app.Call, sd *side, at int) (n int, st app.Status) {
	h, n, is := readHeader(c.Data[at:])
	switch is {
	case partial:
		return 0, app.OK
	case broken:
		s.malformed(c)
		return 0, app.Failed
	}
	sd.msg = message{header: h, dir: c.Dir}
	sd.inMsg, sd.want = true, h.remaining
	c.Frame(framePDU, at, int64(n+h.remaining))
	if h.remaining > s.sh.opt.MaxMessage {
		sd.msg.truncated, sd.msg.size = true, n+h.remaining
		sd.want, sd.skip = 0, uint64(h.remaining)
		return n, app.OK
	}
	c.Frame(frameHeader, at, int64(n))
	c.Frame(frameData, at+n, int64(h.remaining))
	return n, app.OK
}

// complete reads the message that a side finished, and finds its transaction.
func (s *State) complete(c *app.Call, sd *side) bool {
	m := sd.msg
	sd.msg, sd.inMsg = message{}, false
	if m.truncated {
		return s.single(c, m) != nil
	}
	if !m.read(s.version) {
		s.sh.env.Keep.Later(m.text)
		s.malformed(c)
		return false
	}
	switch m.typ {
	case connect:
		s.version = m.version
		return s.ask(c, m, connectID)
	case publish, subscribe, unsubscribe:
		return s.ask(c, m, int32(m.id))
	case connack:
		return s.answer(c, m, connectID, EventMissingConnect)
	case puback, pubrec, pubrel, pubcomp:
		return s.answer(c, m, int32(m.id), EventMissingPublish)
	case suback:
		return s.answer(c, m, int32(m.id), EventMissingSubscribe)
	case unsuback:
		return s.answer(c, m, int32(m.id), EventMissingUnsubscribe)
	}
	t := s.single(c, m)
	if t == nil {
		return false
	}
	if m.typ == unassigned {
		t.raise(EventUnassignedMsgType)
	} else {
		s.introduced(t)
	}
	return true
}

// ask begins a transaction that an answer to id ends.
func (s *State) ask(c *app.Call, m message, id int32) bool {
	if s.open >= maxOpen {
		s.giveUp(c.Flow, 1, true)
	}
	t := s.newTx(c, m)
	if t == nil {
		return false
	}
	if m.typ == connect {
		if s.connected {
			t.raise(EventDoubleConnect)
		}
	} else {
		s.introduced(t)
		switch m.qos() {
		case 0:
			t.done = true
			return true
		case 3:
			t.raise(EventInvalidQoSLevel)
			t.done = true // nobody answers it
			return true
		}
	}
	t.key = id
	s.open++
	return true
}

// answer adds to the transaction that waits for id, and ends it unless more is to
// follow.
func (s *State) answer(c *app.Call, m message, id int32, missing uint16) bool {
	asked := c.Dir.Reverse()
	if m.typ == pubrel {
		asked = c.Dir
	}
	for _, tx := range c.Flow.Txs {
		t, ok := tx.(*Tx)
		if !ok || t.done || t.key != id || t.dir != asked {
			continue
		}
		s.follow(t, m)
		s.connected = s.connected || m.typ == connack
		return true
	}
	t := s.single(c, m)
	if t == nil {
		return false
	}
	t.raise(missing)
	if m.typ != connack {
		s.introduced(t)
	}
	return true
}

// follow adds an answer to its transaction. PUBREC and PUBREL do not end it, and a
// peer may repeat them at will.
func (s *State) follow(t *Tx, m message) {
	last := m.typ != pubrec && m.typ != pubrel
	if !last && len(t.msgs) >= s.sh.opt.Messages {
		t.raise(EventTooManyMessages)
		s.sh.env.Keep.Later(m.text)
		return
	}
	t.msgs = append(t.msgs, m)
	if last {
		s.end(t)
	}
}

// introduced notes a message in front of the end of CONNECT and CONNACK.
func (s *State) introduced(t *Tx) {
	if !s.connected {
		t.raise(EventUnintroducedMessage)
	}
}

// single makes a transaction of one message.
func (s *State) single(c *app.Call, m message) *Tx {
	t := s.newTx(c, m)
	if t != nil {
		t.done = true
	}
	return t
}

func (s *State) end(t *Tx) {
	t.done, t.key = true, noID
	s.open--
}

// giveUp ends the n oldest transactions that wait for an answer. over: because
// there are too many.
func (s *State) giveUp(f *app.Flow, n int, over bool) {
	for _, tx := range f.Txs {
		if t, ok := tx.(*Tx); ok && !t.done && n > 0 {
			n--
			if over {
				t.raise(EventTooManyTransactions)
			}
			s.end(t)
		}
	}
}

// newTx makes a transaction with its first message, which it owns; nil, when
// there is no room.
func (s *State) newTx(c *app.Call, m message) *Tx {
	if len(c.Flow.Txs) > s.sh.opt.MaxTx {
		s.giveUp(c.Flow, 1, true)
	}
	t := s.sh.txs.Take(fresh)
	if t == nil {
		s.sh.env.Keep.Later(m.text)
		return nil
	}
	t.sh, t.dir, t.key, t.version = s.sh, c.Dir, noID, s.version
	t.msgs = append(t.msgs, m)
	return s.enter(c, t)
}

func (s *State) enter(c *app.Call, t *Tx) *Tx {
	var ok bool
	if t.id, ok = c.Flow.NewTx(t); !ok {
		t.Release()
		return nil
	}
	return t
}

// malformed makes a transaction without a message, for its event.
func (s *State) malformed(c *app.Call) {
	t := s.sh.txs.Take(fresh)
	if t == nil {
		return
	}
	t.sh, t.dir, t.key, t.version = s.sh, c.Dir, noID, s.version
	t.done = true
	t.raise(EventMalformedTraffic)
	s.enter(c, t)
}

var _ app.OneSided = (*Tx)(nil)

// Only is the direction of the first message.
func (t *Tx) Only() input.Dir { return t.dir }
