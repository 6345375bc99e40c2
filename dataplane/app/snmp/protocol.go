package snmp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxTxs is the most transactions of a worker.
	maxTxs = 16384
	// maxRoom is what an identifier and an address take that are written out: an arc
	// has ten digits at most, and a dot; an address has 15 octets.
	maxRoom = 11*maxArcs + 15
)

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

// State parses one flow.
type State struct {
	pool *single.Pool[Tx]
	// version is that of the first message.
	version uint32
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppSNMP)
	s.pool = single.Of(env, input.AppSNMP, maxTxs, maxRoom, base)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{pool: s.pool} }

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
	t := s.pool.Take(c)
	if t == nil {
		return len(c.Data), st
	}
	if !good {
		t.bad = true
		t.Raise(EventMalformedData)
		t.Add(c, true)
		return len(c.Data), st
	}
	t.message = m
	ok := t.Keep(c.Data)
	if ok && m.hasPDU && m.pdu == trapV1 {
		ok = t.describe()
	}
	if !t.Add(c, ok) {
		return len(c.Data), st
	}
	if s.version == 0 {
		s.version = m.version
	}
	if s.version != m.version {
		t.Raise(EventVersionMismatch)
	}
	if m.version == 3 && !m.hasUser {
		t.Raise(EventUnknownSecurityModel)
	}
	return len(c.Data), app.OK
}
