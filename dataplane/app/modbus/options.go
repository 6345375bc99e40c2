package modbus

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// MaxFlood is the most requests of a flow that may wait for a response: the layer has
// room for one transaction more, which tells of the flood.
const MaxFlood = app.MaxTxs - 1

// Options are the settings of app-layer.protocols.modbus.
type Options struct {
	// Flood is how many open requests of a flow are a flood (request-flood).
	Flood int
	// Transactions is the most transactions of a worker.
	Transactions int
}

// DefaultOptions wait as long as the layer has room.
func DefaultOptions() Options { return Options{Flood: MaxFlood, Transactions: 16384} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Flood < 1 || o.Flood > MaxFlood {
		errs = append(errs, fmt.Errorf("app-layer.protocols.modbus.request-flood: %d, want 1 to %d", o.Flood, MaxFlood))
	}
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.modbus: %d transactions, want at least 1", o.Transactions))
	}
	return errors.Join(errs...)
}
