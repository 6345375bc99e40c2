package smtp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is SMTP's row. Servers speak first, but only clients show that it is
// SMTP: other protocols greet with 220, too.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppSMTP, Name: "smtp", TCP: true, Log: "smtp", Events: Events, Hooks: hooks(),
		Patterns: []app.Pattern{
			{Dir: input.ToServer, Octets: "EHLO", NoCase: true},
			{Dir: input.ToServer, Octets: "HELO", NoCase: true},
			{Dir: input.ToServer, Octets: "QUIT", NoCase: true},
		},
		New: func(env *app.Env) app.State {
			s := app.NewState[State](env, input.AppSMTP)
			s.sh = sharedOf(env)
			s.Reset()
			return s
		}}
}
