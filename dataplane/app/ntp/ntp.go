package ntp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxTxs is the most transactions of a worker.
	maxTxs = 16384

	// Lengths of messages at least, in octets: those that tell time, control
	// messages, private ones.
	lenTime    = 48
	lenControl = 12
	lenPrivate = 8

	modeControl = 6
	modePrivate = 7
	// offRef is where the reference identifier stands (RFC 5905 section 7.3).
	offRef = 12
)

// EventMalformedData is the one event of NTP. Suricata knows the names
// unsolicited_response, not_request and not_response, too, and never raises them,
// since messages are not matched with each other: a rule that waits for one would
// wait for ever, so that it is turned down when it is loaded.
const EventMalformedData uint16 = 0

// Protocol is NTP's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppNTP, Name: "ntp", UDP: true, Log: "ntp", Probe: probe, Ports: []uint16{123},
		Events: []string{EventMalformedData: "malformed_data"},
		New:    func(env *app.Env) app.State { return newState(env) }}
}

// header is what weir reads of a message. stratum and ref are those of messages that
// tell time.
type header struct {
	version, mode, stratum uint8
	time                   bool
	ref                    []byte // four octets, borrowed
}

// parse reads a message's head (RFC 5905 section 7.3).
func parse(b []byte) (h header, ok bool) {
	if len(b) < lenPrivate {
		return h, false
	}
	h.version, h.mode = b[0]>>3&7, b[0]&7
	if h.version < 1 || h.version > 4 || h.mode == 0 && h.version > 1 {
		return h, false
	}
	switch h.mode {
	case modeControl:
		return h, h.version > 1 && len(b) >= lenControl
	case modePrivate:
		return h, h.version > 1
	}
	if len(b) < lenTime {
		return h, false
	}
	h.time, h.stratum, h.ref = true, b[1], b[offRef:offRef+4]
	return h, true
}

func probe(_ input.Dir, b []byte) app.Verdict {
	if _, ok := parse(b); ok {
		return app.Yes
	}
	return app.No
}

// State parses one flow: a datagram is a message.
type State struct{ pool *single.Pool[Tx] }

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppNTP)
	s.pool = single.Of(env, input.AppNTP, maxTxs, 0, base)
	return s
}

// Reset has nothing to do.
func (s *State) Reset() {}

// Parse reads a datagram. One that is no message is a transaction with an event and
// nothing else, and refused.
func (s *State) Parse(c *app.Call) (n int, st app.Status) {
	if n = len(c.Data); n == 0 {
		return n, app.OK
	}
	h, ok := parse(c.Data)
	if st = app.OK; !ok {
		st = app.Failed
	}
	t := s.pool.Take(c)
	if t == nil {
		return n, st
	}
	if !ok {
		t.bad = true
		t.Raise(EventMalformedData)
		t.Add(c, true)
		return n, st
	}
	t.version, t.mode, t.stratum, t.time = h.version, h.mode, h.stratum, h.time
	t.Add(c, !h.time || t.Keep(h.ref))
	return n, st
}
