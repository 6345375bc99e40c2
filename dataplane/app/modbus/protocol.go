package modbus

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of Modbus transactions, by the order of eventNames.
const (
	evUnsolicitedResponse uint16 = iota
	evInvalidFunctionCode
	evInvalidLength
	evInvalidValue
	evInvalidExceptionCode
	evValueMismatch
	evFlooded
	evInvalidProtocolID
	numEvents
)

var eventNames = [numEvents]string{"unsolicited_response", "invalid_function_code", "invalid_length", "invalid_value", "invalid_exception_code",
	"value_mismatch", "flooded", "invalid_protocol_id"}

// port is registered with IANA.
const port = 502

// Frames, by the order of match/input.
const (
	framePDU uint8 = iota
	frameHeader
	frameData
)

// Protocol is the row of Modbus in the list of protocols. Its Options are of type
// *Options.
func Protocol() *app.Protocol {
	return &app.Protocol{
		ID: input.AppModbus, Name: "modbus", TCP: true, Log: "modbus",
		Events: eventNames[:],
		Probe:  probe, Ports: []uint16{port},
		New: func(env *app.Env) app.State {
			s := app.NewState[State](env, input.AppModbus)
			s.sh = sharedOf(env)
			return s
		},
	}
}

// probe asks for one message that is whole, as far as it is the same in both
// directions.
func probe(_ input.Dir, b []byte) app.Verdict {
	if len(b) < headLen {
		return app.More
	}
	h := readHead(b)
	if h.protocol != 0 || !h.fits() {
		return app.No
	}
	if len(b) < headLen+h.length {
		return app.More
	}
	m := message{head: h}
	body := b[headLen : headLen+h.length]
	m.unit, m.function = body[0], body[1]
	m.decode(body[2:], input.DirUnknown)
	if m.flaws != 0 {
		return app.No
	}
	return app.Yes
}
