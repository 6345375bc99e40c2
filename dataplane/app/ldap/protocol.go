package ldap

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/match/input"
)

// Events of app-layer-event, by id.
const (
	EventInvalidData uint16 = iota
	EventIncompleteData
	EventRequestNotFound
	EventTooManyTransactions
	EventTooManyResponses
)

// Events names them.
var Events = []string{"invalid_data", "incomplete_data", "request_not_found", "too_many_transactions", "too_many_responses"}

// Protocol is LDAP's row. Its Options are of type *Options.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppLDAP, Name: "ldap", TCP: true, UDP: true, Log: "ldap", Events: Events,
		Probe: probe, Ports: []uint16{389, 3268},
		New: func(env *app.Env) app.State { return newState(env) }}
}

// probe takes the envelope of a message, of either side: a flow may be picked up
// in its middle.
func probe(_ input.Dir, b []byte) app.Verdict {
	switch _, c := parse(b); {
	case c == ber.Whole:
		return app.Yes
	case c == ber.Short && (len(b) == 0 || b[0] == ber.Sequence):
		return app.More
	}
	return app.No
}
