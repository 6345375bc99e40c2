package krb5

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/match/input"
)

// Events of app-layer-event, by id.
const (
	EventMalformedData uint16 = iota
	EventWeakEncryption
)

// Events names them.
var Events = []string{"malformed_data", "weak_encryption"}

// UDP is Kerberos' row for datagrams, TCP that for streams.
func UDP() *app.Protocol { return row(false, probe) }

// TCP is Kerberos' row for streams, where a length stands before each message
// (RFC 4120 section 7.2.2).
func TCP() *app.Protocol { return row(true, probeStream) }

func row(tcp bool, probe func(input.Dir, []byte) app.Verdict) *app.Protocol {
	return &app.Protocol{ID: input.AppKRB5, Name: "krb5", TCP: tcp, UDP: !tcp, Log: "krb5", Events: Events,
		Probe: probe, Ports: []uint16{88},
		New: func(env *app.Env) app.State { return newState(env) }}
}

func probe(_ input.Dir, b []byte) app.Verdict {
	switch begins(b) {
	case ber.Whole:
		return app.Yes
	case ber.Short:
		return app.More
	}
	return app.No
}

func probeStream(d input.Dir, b []byte) app.Verdict {
	if len(b) < markLen {
		return app.More
	}
	if n := binary.BigEndian.Uint32(b); n < 10 || n > maxProbe {
		return app.No
	}
	return probe(d, b[markLen:])
}
