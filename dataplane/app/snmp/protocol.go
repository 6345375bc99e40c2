package snmp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxTxs is the most transactions of a worker.
const maxTxs = 16384

// Protocol is SNMP's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppSNMP, Name: "snmp", UDP: true, Log: "snmp", Events: Events,
		Probe: probe, Ports: []uint16{161, 162},
		New: func(env *app.Env) app.State { return newState(env) }}
}

// Events of app-layer-event, by id.
const (
	EventMalformedData uint16 = iota
	EventUnknownSecurityModel
	EventVersionMismatch
)

// Events names them.
var Events = []string{"malformed_data", "unknown_security_model", "version_mismatch"}

// probe takes what begins as a message: a sequence with a version of SNMP in front.
func probe(_ input.Dir, b []byte) app.Verdict {
	c := cursor{b: b, end: len(b)}
	in := c.enter(tagSequence)
	if v := in.uint(); in.bad || v > 3 || v == 2 {
		return app.No
	}
	return app.Yes
}

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	txs slab.List[Tx]
	// text is where identifiers are written out.
	text []byte
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppSNMP].(*shared); ok {
		return sh
	}
	// An arc has ten digits at most, and a dot; an address has 15 octets.
	sh := &shared{env: env, txs: app.NewList[Tx](env, maxTxs), text: make([]byte, 0, 11*maxArcs+15)}
	env.Shared[input.AppSNMP] = sh
	return sh
}

// State parses one flow.
type State struct {
	sh *shared
	// version is that of the first message.
	version uint32
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppSNMP)
	s.sh = sharedOf(env)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse reads a datagram. One that is no message is a transaction with an event and
// nothing else, and refused.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	if len(c.Data) == 0 {
		return 0, app.OK
	}
	var m message
	good := m.read(c.Data)
	st := app.OK
	if !good {
		st = app.Failed
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		return len(c.Data), st
	}
	t.sh, t.dir = s.sh, c.Dir
	var ok bool
	if !good {
		t.bad = true
		t.raise(EventMalformedData)
		if t.id, ok = c.Flow.NewTx(t); !ok {
			t.Release()
		}
		return len(c.Data), st
	}
	t.message = m
	if t.text, ok = s.sh.env.Keep.Append(t.text, c.Data); ok && m.hasPDU && m.pdu == trapV1 {
		ok = t.describe()
	}
	if ok {
		t.id, ok = c.Flow.NewTx(t)
	}
	if !ok {
		t.Release()
		return len(c.Data), app.OK
	}
	if s.version == 0 {
		s.version = m.version
	}
	if s.version != m.version {
		t.raise(EventVersionMismatch)
	}
	if m.version == 3 && !m.hasUser {
		t.raise(EventUnknownSecurityModel)
	}
	return len(c.Data), app.OK
}
