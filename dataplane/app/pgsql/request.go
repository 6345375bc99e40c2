package pgsql

import (
	"bytes"
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
)

// request is what a client asks for.
type request uint8

// Requests.
const (
	none request = iota
	reqSSL
	reqGSS
	reqCancel
	reqStart
	reqPassword
	reqSASLFirst
	reqSASL
	reqGSSAnswer
	reqQuery
	reqTerminate
)

// Bounds of what is kept, octets.
const (
	maxQuery = 64 << 10
	maxText  = 4 << 10
)

// needClient is how many octets of a message's body must be there at least, and
// how many are of interest.
func needClient(kind byte) (least, most int) {
	switch kind {
	case 'Q':
		return 1, maxQuery
	case 'p':
		return 0, maxText
	}
	return 0, 0
}

// start reads a message without a kind: the first ones of a connection.
func (s *State) start(c *app.Call, b []byte) (int, app.Status) {
	if len(b) < 8 {
		return 0, app.OK
	}
	n := int(binary.BigEndian.Uint32(b))
	if n < 8 || n > maxStart {
		return s.malformed(c, EventInvalidLength)
	}
	code := binary.BigEndian.Uint32(b[4:])
	kind := startOf(code, n)
	if kind == none {
		return s.malformed(c, EventMalformedRequest)
	}
	if len(b) < n {
		return 0, app.OK
	}
	t, st := s.open(c)
	if t == nil {
		return 0, st
	}
	t.req = kind
	switch kind {
	case reqSSL, reqGSS:
		s.ssl = true
	case reqCancel:
		t.reqPID, t.reqSecret = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
		t.done = true
	case reqStart:
		s.started = true
		t.version = code
		t.keep(&t.text, b[8:n])
	}
	return n, app.OK
}

// request reads a message of the client, whose body has size octets. !ok: there is no room for it, now or
// ever.
func (s *State) request(c *app.Call, kind byte, body []byte, size int) (ok bool, st app.Status) {
	s.started = true
	var t *Tx
	switch kind {
	case 'Q', 'p', 'X':
		if t, st = s.open(c); t == nil {
			return false, st
		}
	case 'd':
		// Data of COPY belongs to the query that asked for it.
		if t = s.waiting(c); t != nil {
			t.copiedIn++
			t.copyInOctets += uint64(size)
		}
		return true, app.OK
	default:
		return true, app.OK
	}
	switch kind {
	case 'Q':
		t.req = reqQuery
		t.keep(&t.text, text(body))
	case 'X':
		t.req, t.done = reqTerminate, true
	case 'p':
		t.req = s.asked
		switch s.asked {
		case reqSASLFirst:
			// The mechanism's name, a length, the first message of it (RFC 5802).
			name, rest, _ := bytes.Cut(body, nul)
			t.keep(&t.mechanism, name)
			if len(rest) > 4 {
				t.keep(&t.text, rest[4:])
			}
		case reqSASL:
			t.keep(&t.text, body)
		case reqGSSAnswer:
		default:
			t.req = reqPassword
			t.keep(&t.text, text(body))
		}
	}
	return true, app.OK
}

var nul = []byte{0}

// text is what stands in front of the octet that ends a text.
func text(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}
