package pgsql

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of app-layer-event, by id.
const (
	EventInvalidLength uint16 = iota
	EventMalformedRequest
	EventMalformedResponse
	EventTooManyTransactions
)

// Events names them.
var Events = []string{"invalid_length", "malformed_request", "malformed_response", "too_many_transactions"}

// Protocol is PostgreSQL's row. Its Options are of type *Options.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppPGSQL, Name: "pgsql", TCP: true, Log: "pgsql", Events: Events, Probe: probe, Ports: []uint16{5432},
		First: input.ToServer, New: func(env *app.Env) app.State { return newState(env) }}
}

// Codes in place of a version ("Message Formats").
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104
)

// maxStart is the longest start message that servers take, maxMessage the longest
// of any other, octets.
const (
	maxStart   = 10000
	maxMessage = 1 << 30
	headSize   = 5 // kind and length
)

// Messages that there are, by their first octet.
const (
	frontend = "QPBEDHSFCXdcfp"
	backend  = "RSKZTDCENAGHWdc123sntIVv"
)

func isKind(c byte, of string) bool {
	for i := 0; i < len(of); i++ {
		if of[i] == c {
			return true
		}
	}
	return false
}

// probe looks at the head of the first message.
func probe(d input.Dir, b []byte) app.Verdict {
	if len(b) == 0 {
		return app.More
	}
	kinds := frontend
	switch {
	case d == input.ToClient && len(b) == 1 && (b[0] == 'S' || b[0] == 'N' || b[0] == 'G'):
		return app.Yes // to a request for encryption
	case d == input.ToClient:
		kinds = backend
	case b[0] == 0:
		if len(b) < 8 {
			return app.More
		}
		n := int(binary.BigEndian.Uint32(b))
		if startOf(binary.BigEndian.Uint32(b[4:]), n) == none {
			return app.No
		}
		return app.Yes
	}
	if !isKind(b[0], kinds) {
		return app.No
	}
	if len(b) < headSize {
		return app.More
	}
	if n := binary.BigEndian.Uint32(b[1:]); n < 4 || n > 1<<24 {
		return app.No
	}
	return app.Yes
}

// startOf is what a message of n octets without a kind asks for; none: nothing
// that there is.
func startOf(code uint32, n int) request {
	switch {
	case n < 8 || n > maxStart:
		return none
	case code == codeSSL && n == 8:
		return reqSSL
	case code == codeGSS && n == 8:
		return reqGSS
	case code == codeCancel && n >= 16 && n <= 268:
		return reqCancel // keys are longer than four octets since version 3.2
	case code>>16 == 3 && n > 8:
		return reqStart
	}
	return none
}
