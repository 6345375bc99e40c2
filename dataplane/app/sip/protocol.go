package sip

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// UDP is the row of SIP in datagrams, TCP that of SIP in streams.
func UDP() *app.Protocol { return row(false) }

// TCP is SIP's row for streams.
func TCP() *app.Protocol { return row(true) }

// methods of RFC 3261 and its extensions.
var methods = [...]string{"REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "REFER", "PRACK", "SUBSCRIBE", "NOTIFY",
	"PUBLISH", "MESSAGE", "INFO"}

func row(tcp bool) *app.Protocol {
	p := &app.Protocol{ID: input.AppSIP, Name: "sip", TCP: tcp, UDP: !tcp, Log: "sip", Events: Events,
		// Other protocols share methods: only with such a target is it SIP anywhere.
		Patterns: []app.Pattern{{Octets: "SIP/2.0 "}},
		Probe:    probe, Ports: []uint16{5060, 5061},
		New: func(env *app.Env) app.State {
			return newState(env)
		}}
	for _, m := range methods {
		for _, scheme := range []string{" sip:", " sips:", " tel:"} {
			p.Patterns = append(p.Patterns, app.Pattern{Octets: m + scheme})
		}
	}
	return p
}

// probe takes a request line of SIP on SIP's own ports, whatever its target.
func probe(_ input.Dir, b []byte) app.Verdict {
	for _, m := range methods {
		if n := min(len(m), len(b)); string(b[:n]) != m[:n] {
			continue
		}
		end := bytes.IndexByte(b, '\n')
		switch {
		case end < 0 && len(b) < maxLine:
			return app.More
		case end >= 0 && bytes.Contains(b[:end], version):
			return app.Yes
		}
		return app.No
	}
	return app.No
}

var version = []byte(" SIP/2.0")

// Events of app-layer-event, by id.
const (
	EventIncompleteData uint16 = iota
	EventInvalidData
)

// Events names them.
var Events = []string{"incomplete_data", "invalid_data"}
