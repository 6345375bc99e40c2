package enip

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// Options are the settings of app-layer.protocols.enip.
type Options struct {
	// Open is the most transactions of a flow that are open at a time (max-tx).
	Open int
	// Transactions is the most transactions of a worker.
	Transactions int
}

// DefaultOptions open as many transactions of a flow as the layer has room for.
func DefaultOptions() Options { return Options{Open: app.MaxTxs, Transactions: 16384} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Open < 1 || o.Open > app.MaxTxs {
		errs = append(errs, fmt.Errorf("app-layer.protocols.enip.max-tx: %d, want 1 to %d", o.Open, app.MaxTxs))
	}
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.enip: %d transactions, want at least 1", o.Transactions))
	}
	return errors.Join(errs...)
}
