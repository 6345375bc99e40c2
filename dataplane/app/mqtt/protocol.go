package mqtt

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is MQTT's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppMQTT, Name: "mqtt", TCP: true, Log: "mqtt", Events: Events,
		Probe: probe, Ports: []uint16{1883},
		New: func(env *app.Env) app.State { return newState(env) }}
}

// probe takes what can be a fixed header: nothing else tells a message from a
// flow's middle.
func probe(_ input.Dir, b []byte) app.Verdict {
	h, _, st := readHeader(b)
	switch {
	case st == partial:
		return app.More
	case st == broken || h.typ == unassigned || h.qos() > 2:
		return app.No
	}
	return app.Yes
}
