package websocket

import (
	"errors"
	"fmt"
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
