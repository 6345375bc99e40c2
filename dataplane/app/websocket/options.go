package websocket

import (
	"errors"
	"fmt"
)

// Options are the settings of app-layer.protocols.websocket.
type Options struct {
	// Payload is the most octets of a message that are kept (max-payload-size).
	Payload int
	// Decoders is the most directions of a worker's flows whose messages are
	// decompressed.
	Decoders int
	// PayloadBase64 and PayloadPrintable: alerts carry the payload.
	PayloadBase64, PayloadPrintable bool
	// Transactions is the most transactions of a worker.
	Transactions int
}

// MaxPayload is the most that Options.Payload may be.
const MaxPayload = 1 << 19

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options { return Options{Payload: 65535, Transactions: 16384, Decoders: 256} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Payload < 0 || o.Payload > MaxPayload {
		errs = append(errs, fmt.Errorf("app-layer.protocols.websocket.max-payload-size: %d, want 0 to %d", o.Payload, MaxPayload))
	}
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.websocket: %d transactions, want at least 1", o.Transactions))
	}
	if o.Decoders < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.websocket: %d decoders, want at least 1", o.Decoders))
	}
	return errors.Join(errs...)
}
