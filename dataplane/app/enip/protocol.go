package enip

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of EtherNet/IP transactions, by the order of eventNames.
const (
	evTooManyTransactions uint16 = iota
	evInvalidPDU
	numEvents
)

var eventNames = [numEvents]string{"too_many_transactions", "invalid_pdu"}

// port is registered with IANA for explicit messages.
const port = 44818

// Frames, by the order of match/input.
const (
	frameHeader uint8 = iota
	frameData
	framePDU
	frameCIP
	frameItem
)

// Protocol is the row of EtherNet/IP in the list of protocols. Its Options are of
// type *Options.
func Protocol() *app.Protocol {
	return &app.Protocol{
		ID: input.AppENIP, Name: "enip", TCP: true, UDP: true, Log: "enip",
		Events: eventNames[:],
		Probe:  probe, Ports: []uint16{port},
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// probe asks for a header whose command and status exist, and for what some
// commands fix of the rest.
func probe(_ input.Dir, b []byte) app.Verdict {
	if len(b) < headLen {
		return app.More
	}
	h := readHead(b)
	if statusNames.of(h.status) == "" || commandNames.of(uint32(h.command)) == "" {
		return app.No
	}
	ok := true
	switch h.command {
	case cmdNOP:
		ok = h.options == 0
	case cmdRegisterSession:
		ok = h.size == 4
	case cmdUnregisterSession:
		ok = h.size == 0 || h.size == 4
	case cmdListInterfaces:
		rest := b[headLen:]
		ok = len(rest) >= 2 && len(rest)-2 >= 2*int(binary.LittleEndian.Uint16(rest))
	}
	if !ok {
		return app.No
	}
	return app.Yes
}
