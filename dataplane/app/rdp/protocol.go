package rdp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is RDP's row. There are no rule keywords and no events.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppRDP, Name: "rdp", TCP: true, Log: "rdp", Probe: probe, Ports: []uint16{3389},
		New: func(env *app.Env) app.State {
			s := app.NewState[State](env, input.AppRDP)
			s.sh = sharedOf(env)
			return s
		}}
}

// probe takes a TPKT for RDP. A connection that begins with TLS is TLS.
func probe(_ input.Dir, b []byte) app.Verdict {
	if b[0] == tpktVersion {
		return app.Yes
	}
	return app.No
}
