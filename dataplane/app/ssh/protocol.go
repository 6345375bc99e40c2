package ssh

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is SSH's row (RFC 4253).
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppSSH, Name: "ssh", TCP: true, Log: "ssh", Events: Events, Hooks: hooks(),
		Patterns: []app.Pattern{{Octets: "SSH-"}},
		New: func(env *app.Env) app.State {
			s := app.NewState[State](env, input.AppSSH)
			s.env, s.opts = env, DefaultOptions()
			if o, ok := env.Options[input.AppSSH].(*Options); ok && o != nil {
				s.opts = o
			}
			s.Reset()
			return s
		}}
}

// Options are SSH's settings; Env.Options holds a *Options under input.AppSSH.
type Options struct {
	// Hassh says whether key exchange offers are read.
	Hassh bool
	// Encryption says what becomes of a flow once it is encrypted.
	Encryption app.Encryption
}

// DefaultOptions read offers and follow encrypted flows without inspection.
func DefaultOptions() *Options { return &Options{Hassh: true} }

// Events of app-layer-event, by id.
const (
	EventInvalidBanner uint16 = iota
	EventLongBanner
	EventInvalidRecord
	EventLongKexRecord
)

// Events names them.
var Events = []string{"invalid_banner", "long_banner", "invalid_record", "long_kex_record"}
