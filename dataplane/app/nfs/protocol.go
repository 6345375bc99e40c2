package nfs

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of NFS, by the order of eventNames.
const (
	evMalformed uint16 = iota
	evNoSuchVersion
	evUnsupportedVersion
	evTooManyTransactions
	numEvents
)

var eventNames = [numEvents]string{"malformed_data", "non_existing_version", "unsupported_version", "too_many_transactions"}

const port = 2049

// TCP is the row of NFS over TCP. Its Options are of type *Options.
func TCP() *app.Protocol {
	return &app.Protocol{
		ID: input.AppNFS, Name: "nfs", TCP: true, Log: "nfs",
		Events: eventNames[:],
		Probe:  probeStream, Way: way, Ports: []uint16{port},
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// UDP is the row of NFS over UDP.
func UDP() *app.Protocol {
	return &app.Protocol{
		ID: input.AppNFS, Name: "nfs", UDP: true, Log: "nfs",
		Events: eventNames[:],
		Probe:  probeDatagram, Ports: []uint16{port},
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// most of a reply that begins a conversation, octets.
const maxProbed = 35000

func probeStream(_ input.Dir, b []byte) app.Verdict {
	yes, more := looks(b)
	switch size := 0; {
	case more:
		return app.More
	case yes:
		if size, _ = mark(b); way(b) == input.ToClient && size > maxProbed {
			return app.No
		}
		return app.Yes
	}
	return app.No
}

// way goes by the type of the message.
func way(b []byte) input.Dir {
	if binary.BigEndian.Uint32(b[8:]) == typeReply {
		return input.ToClient
	}
	return input.ToServer
}

func probeDatagram(d input.Dir, b []byte) app.Verdict {
	c := cursor{b: b}
	c.u32()
	switch typ := c.u32(); {
	case c.bad || typ > typeReply:
	case typ == typeReply:
		if denied, state, ok := readReply(&c); ok && d == input.ToClient && denied == 0 && state == 0 && len(b) >= 32 {
			return app.Yes
		}
	case d == input.ToServer:
		var k call
		if readCall(&c, &k) && k.program == program && k.version >= 2 && k.version <= 4 {
			return app.Yes
		}
	}
	return app.No
}
