package telnet

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

const (
	iac = 0xff
	// sb to dont are the commands that a negotiation is made of.
	sb   = 0xfa
	dont = 0xfe
)

// Protocol is Telnet's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppTelnet, Name: "telnet", TCP: true, Probe: probe, Ports: []uint16{23}}
}

// probe takes a negotiation for Telnet.
func probe(_ input.Dir, b []byte) app.Verdict {
	switch {
	case b[0] != iac || len(b) > 1 && (b[1] < sb || b[1] > dont):
		return app.No
	case len(b) < 3:
		return app.More
	}
	return app.Yes
}
