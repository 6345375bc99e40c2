package websocket

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of WebSocket transactions, by the order of eventNames.
const (
	evSkipEnd uint16 = iota
	evReassemblyLimit
	numEvents
)

var eventNames = [numEvents]string{"skip_end_of_payload", "reassembly_limit_reached"}

// Protocol is the row of WebSocket in the list of protocols. Its Options are of
// type *Options. Nothing recognises it but the protocol before.
func Protocol() *app.Protocol {
	return &app.Protocol{
		ID: input.AppWebSocket, Name: "websocket", TCP: true, Log: "websocket",
		Events: eventNames[:],
		Probe:  probe,
		New:    func(env *app.Env) app.State { return newState(env) },
	}
}

// probe is asked where the protocol is expected: is this a frame's first octet
// (RFC 6455 section 5.2)? Of the reserved bits an extension uses the first.
func probe(_ input.Dir, b []byte) app.Verdict {
	if len(b) == 0 {
		return app.More
	}
	switch b[0] & 15 {
	case opContinuation, opText, opBinary, opControl, opPing, opPong:
		if b[0]&0x30 == 0 {
			return app.Yes
		}
	}
	return app.No
}
