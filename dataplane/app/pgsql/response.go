package pgsql

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Kinds of AuthenticationXXX messages.
const (
	authOK          = 0
	authClear       = 3
	authMD5         = 5
	authGSS         = 7
	authGSSContinue = 8
	authSSPI        = 9
	authSASL        = 10
	authSASLGoOn    = 11
	authSASLFinal   = 12
)

// needServer is how many octets of a message's body must be there at least, and
// how many are of interest.
func needServer(kind byte) (least, most int) {
	switch kind {
	case 'R':
		return 4, maxText
	case 'S', 'E', 'N', 'C':
		return 1, maxText
	case 'K':
		return 8, 8
	case 'T', 'D':
		return 2, 2
	case 'G', 'H':
		return 3, 3
	case 'Z':
		return 1, 1
	}
	return 0, 0
}

// granted reads the answer to a request for encryption: Switch, where TLS follows,
// Bypass, where something follows that nobody here reads.
func (s *State) granted(c *app.Call, answer byte) app.Status {
	s.ssl = false
	t := s.waiting(c)
	if t == nil {
		return app.OK
	}
	t.answered, t.accepted, t.done = true, answer != 'N', true
	switch {
	case answer == 'N':
		return app.OK
	case answer == 'G' || c.Locked || !c.Flow.Env.Speaks[input.AppTLS]:
		return app.Bypass
	}
	c.Next = input.AppTLS
	return app.Switch
}

// response reads a message of the server, whose body has size octets. !ok: there
// is no room for it, now or ever.
func (s *State) response(c *app.Call, kind byte, body []byte, size int) (ok bool, st app.Status) {
	t := s.waiting(c)
	if t == nil {
		switch kind {
		case 'R', 'E', 'T', 'D', 'C', 'H', 'G', 'd':
			if t, st = s.open(c); t == nil {
				return false, st
			}
		default:
			// A server may tell of notices and parameters at any time.
			return true, app.OK
		}
	}
	switch kind {
	case 'R':
		s.authentication(t, binary.BigEndian.Uint32(body), body[4:])
	case 'S':
		t.add(&t.status, body)
	case 'K':
		t.answered, t.key = true, true
		t.pid, t.secret = binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	case 'E':
		t.answered, t.failed = true, true
		t.keep(&t.fields, body)
		// Of a connection that never was ready, the error is the last message.
		t.done = t.req != reqQuery && t.req != none
		s.ssl = false
	case 'N':
		if !t.failed {
			t.answered = true
			t.keep(&t.fields, body)
		}
	case 'T':
		t.answered, t.described = true, true
		t.columns = binary.BigEndian.Uint16(body)
	case 'D':
		// Each value has its length in front of it.
		t.answered = true
		t.rows++
		t.rowOctets += uint64(max(size-2-4*int(binary.BigEndian.Uint16(body)), 0))
	case 'd':
		t.answered = true
		t.copied++
		t.copyOctets += uint64(size)
	case 'C':
		t.answered = true
		t.keep(&t.command, text(body))
	case 'G', 'H':
		t.answered = true
		t.copying, t.columns = kind, binary.BigEndian.Uint16(body[1:])
	case 'Z':
		t.answered, t.done = true, true
	}
	return true, app.OK
}

// authentication reads what the server wants to know.
func (s *State) authentication(t *Tx, kind uint32, more []byte) {
	t.answered = true
	switch kind {
	case authOK:
		t.auth, t.authed = kind, true
		return // and go on to ReadyForQuery
	case authSASLFinal:
		t.final = true
		t.keep(&t.detail, more)
		return
	case authSASL:
		s.asked = reqSASLFirst
	case authSASLGoOn:
		s.asked = reqSASL
	case authGSS, authGSSContinue, authSSPI:
		s.asked = reqGSSAnswer
	case authMD5:
		s.asked = reqPassword
		t.keep(&t.detail, more)
	default:
		s.asked = reqPassword
	}
	t.auth, t.authed, t.done = kind, true, true
}
