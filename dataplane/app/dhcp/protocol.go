package dhcp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxTxs is the most transactions of a worker, maxMessage how much of a message
	// is kept, in octets.
	maxTxs     = 16384
	maxMessage = 4096
	// maxList is the most entries of a list that a record shows.
	maxList = 64
)

// Events of app-layer-event.
const (
	EventMalformedOptions uint16 = iota
	EventTruncatedOptions
	numEvents
)

// Protocol is DHCP's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppDHCP, Name: "dhcp", UDP: true, Log: "dhcp", Probe: probe, Ports: []uint16{67, 68},
		Events: []string{EventMalformedOptions: "malformed_options", EventTruncatedOptions: "truncated_options"},
		New:    func(env *app.Env) app.State { return newState(env) }}
}

func probe(_ input.Dir, b []byte) app.Verdict {
	if isMessage(b) {
		return app.Yes
	}
	return app.No
}

// State parses one flow: a datagram is a message.
type State struct {
	pool *single.Pool[Tx]
	opts *Options
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppDHCP)
	s.pool, s.opts = single.Of(env, input.AppDHCP, maxTxs, 0, base), DefaultOptions()
	if o, ok := env.Options[input.AppDHCP].(*Options); ok && o != nil {
		s.opts = o
	}
	return s
}

// Reset has nothing to do.
func (s *State) Reset() {}

// Parse reads a datagram; one that is no message is passed over.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	n := len(c.Data)
	if !isMessage(c.Data) {
		return n, app.OK
	}
	if t := s.pool.Take(c); t != nil {
		t.opts = s.opts
		ok := t.Keep(c.Data[:min(n, maxMessage)])
		if ok {
			t.read()
		}
		t.Add(c, ok)
	}
	return n, app.OK
}
