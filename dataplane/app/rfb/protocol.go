package rfb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is RFB's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppRFB, Name: "rfb", TCP: true, Log: "rfb", Events: Events,
		Patterns: []app.Pattern{{Octets: "RFB "}},
		New: func(env *app.Env) app.State {
			s := app.NewState[State](env, input.AppRFB)
			s.env = env
			s.Reset()
			return s
		}}
}

// Events of app-layer-event, by id.
const (
	EventUnimplementedSecurityType uint16 = iota
	EventUnknownSecurityResult
	EventMalformedMessage
	EventConfusedState
)

// Events names them.
var Events = []string{"unimplemented_security_type", "unknown_security_result", "malformed_message", "confused_state"}
