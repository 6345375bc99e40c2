package telnet

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Commands (RFC 854). iac begins each.
const (
	iac  = 0xff
	sb   = 0xfa // a subnegotiation, up to the command SE
	will = 0xfb // to dont: with an option behind
	dont = 0xfe
)

// maxText bounds what waits for its end, in octets.
const maxText = 16 << 10

// Frames, by their place in match/input.
const (
	framePDU = iota
	frameCtl
	frameData
)

// Protocol is Telnet's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppTelnet, Name: "telnet", TCP: true, Probe: probe, Ports: []uint16{23},
		New: func(env *app.Env) app.State { return app.NewState[State](env, input.AppTelnet) }}
}

// probe: anything may be said on the port.
func probe(_ input.Dir, b []byte) app.Verdict {
	if len(b) < 2 {
		return app.More
	}
	return app.Yes
}

// login is how far a login went.
type login uint8

const (
	idle login = iota
	nameAsked
	nameGiven
	passwordAsked
	passwordGiven
	accepted
)

// State parses one flow.
type State struct {
	login login
	sides [2]side
}

// side is one direction's message at hand.
type side struct {
	frame, kind *app.Frame
	begun       bool
	// searched are the octets of it in which there is no end.
	searched int
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{} }

// Parse reads one direction's octets.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	sd := &s.sides[c.Dir-1]
	if c.Gap > 0 {
		*sd = side{} // the next octet begins another message
	}
	for used < len(c.Data) {
		b := c.Data[used:]
		if !sd.begun {
			sd.begun, sd.searched = true, 0
			sd.frame = c.Frame(framePDU, used, -1)
			sd.kind = c.Frame(kindOf(b), used, -1)
		}
		n, text := s.message(c.Dir, b, sd.searched)
		if n == 0 {
			if len(b) < maxText && !c.EOF {
				sd.searched = max(len(b)-1, 0) // what ends it may be cut
				return used, app.OK
			}
			n, text = len(b), nil
		}
		used += n
		sd.frame.End(c, used)
		sd.kind.End(c, used)
		*sd = side{}
		if text != nil {
			s.said(c.Dir, text)
		}
	}
	return used, app.OK
}

func kindOf(b []byte) uint8 {
	if b[0] == iac {
		return frameCtl
	}
	return frameData
}

var (
	lineEnd = []byte{'\n'}
	prompt  = []byte(": ")
	subEnd  = []byte{iac, 0xf0}
)

// message is the length of the first message of b, and what it says when it is a
// text; 0: it is not all there. There is no end in the octets up to from.
func (s *State) message(d input.Dir, b []byte, from int) (n int, text []byte) {
	if b[0] != iac {
		end := lineEnd
		if d == input.ToClient && (s.login == idle || s.login == nameGiven) {
			end = prompt
		}
		if i := bytes.Index(b[from:], end); i >= 0 {
			return from + i + len(end), b[:from+i]
		}
		return 0, nil
	}
	switch {
	case len(b) < 2:
		return 0, nil
	case b[1] == sb:
		// What ends it is a command of its own.
		from = max(from, 3)
		if len(b) < from {
			return 0, nil
		}
		if i := bytes.Index(b[from:], subEnd); i >= 0 {
			return from + i, nil
		}
		return 0, nil
	case b[1] >= will && b[1] <= dont:
		if len(b) < 3 {
			return 0, nil
		}
		return 3, nil
	}
	return 2, nil
}

// refused is what servers say when a login failed.
var refused = []byte("Login incorrect")

// said follows the login: who waits for what.
func (s *State) said(d input.Dir, text []byte) {
	if d == input.ToServer {
		switch s.login {
		case nameAsked:
			s.login = nameGiven
		case passwordAsked:
			s.login = passwordGiven
		}
		return
	}
	switch s.login {
	case idle:
		s.login = nameAsked
	case nameGiven:
		s.login = passwordAsked
	case passwordGiven:
		switch text = bytes.TrimRight(text, "\r"); {
		case len(text) == 0:
		case bytes.Equal(text, refused):
			s.login = idle
		default:
			s.login = accepted
		}
	}
}
