package websocket

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Options are the settings of app-layer.protocols.websocket.
type Options struct {
	// Payload is the most octets of a message that are kept (max-payload-size).
	Payload int
	// Transactions is the most transactions of a worker.
	Transactions int
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options { return Options{Payload: 65535, Transactions: 16384} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Payload < 0 || o.Payload > 1<<19 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.websocket.max-payload-size: %d, want 0 to %d", o.Payload, 1<<19))
	}
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.websocket: %d transactions, want at least 1", o.Transactions))
	}
	return errors.Join(errs...)
}

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
