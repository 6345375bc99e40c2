package dnp3

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of DNP3 transactions, by the order of eventNames.
const (
	evFlooded uint16 = iota
	evLenTooSmall
	evBadLinkCRC
	evBadTransportCRC
	evUnknownObject
	evMaxPointsPerObject
	evTooManyPoints
	evTooManyObjects
	evTooLongReassembly
	evMalformed
	numEvents
)

var eventNames = [numEvents]string{"flooded", "len_too_small", "bad_link_crc", "bad_transport_crc", "unknown_object",
	"max_points_per_object", "too_many_points", "too_many_objects", "too_long_reassembly", "malformed"}

// port is registered with IANA.
const port = 20000

// Protocol is the row of DNP3 in the list of protocols. Its Options are of type
// *Options.
func Protocol() *app.Protocol {
	return &app.Protocol{
		ID: input.AppDNP3, Name: "dnp3", TCP: true, Log: "dnp3",
		Events: eventNames[:],
		Probe:  probe, Way: way, Ports: []uint16{port},
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// probe looks for a link frame's beginning.
func probe(_ input.Dir, b []byte) app.Verdict {
	for i := range min(len(b), len(start)) {
		if b[i] != start[i] {
			return app.No
		}
	}
	if len(b) < 4 {
		return app.More
	}
	if int(b[2]) < minLength {
		return app.No
	}
	return app.Yes
}

// way goes by the control octet: the master is the client, most of the time.
func way(b []byte) input.Dir {
	if b[3]&ctlMaster != 0 {
		return input.ToServer
	}
	return input.ToClient
}
