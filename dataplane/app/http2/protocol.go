package http2

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// preface is what a client begins with (RFC 9113 section 3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// maxStates bounds the connections of a worker: each has two tables of headers.
const maxStates = 4096

// Protocol is the row of HTTP/2 in the list of protocols. Its Options are of type
// Options.
func Protocol() *app.Protocol {
	return &app.Protocol{
		ID: input.AppHTTP2, Name: "http2", TCP: true, Log: "http2",
		Events: eventNames[:],
		Patterns: []app.Pattern{
			{Dir: input.ToServer, Octets: preface},
		},
		Probe: probe, Ports: []uint16{80, 443, 8080},
		Hooks: hooks(),
		Max:   maxStates,
		New:   func(env *app.Env) app.State { return newState(env) },
	}
}

// probe recognises the settings that a server must begin with.
func probe(d input.Dir, b []byte) app.Verdict {
	if d == input.ToServer {
		return app.No
	}
	if len(b) < frameHeader {
		return app.More
	}
	h := readFrame(b)
	if h.typ == frameSettings && h.stream == 0 && h.flags&^flagAck == 0 && h.n%6 == 0 && h.n < 200 && (h.flags == 0 || h.n == 0) {
		return app.Yes
	}
	return app.No
}
