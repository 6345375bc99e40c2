package dhcp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
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

// shared is what the flows of one worker have in common.
type shared struct {
	env  *app.Env
	opts *Options
	txs  slab.List[Tx]
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppDHCP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opts: DefaultOptions(), txs: app.NewList[Tx](env, maxTxs)}
	if o, ok := env.Options[input.AppDHCP].(*Options); ok && o != nil {
		sh.opts = o
	}
	env.Shared[input.AppDHCP] = sh
	return sh
}

// State parses one flow: a datagram is a message.
type State struct{ sh *shared }

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppDHCP)
	s.sh = sharedOf(env)
	return s
}

// Reset has nothing to do.
func (s *State) Reset() {}

// Parse reads a datagram; one that is no message is passed over.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	n := len(c.Data)
	if !isMessage(c.Data) || len(c.Flow.Txs) >= app.MaxTxs {
		return n, app.OK
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		return n, app.OK
	}
	t.sh, t.dir = s.sh, c.Dir
	var ok bool
	if t.msg, ok = s.sh.env.Keep.Append(t.msg, c.Data[:min(n, maxMessage)]); ok {
		t.read()
		t.id, ok = c.Flow.NewTx(t)
	}
	if !ok {
		t.Release()
	}
	return n, app.OK
}
