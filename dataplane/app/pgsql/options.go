package pgsql

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// Options are the settings of app-layer.protocols.pgsql and of EVE's pgsql.
type Options struct {
	// MaxTx is the most live transactions of a flow (max-tx).
	MaxTx int
	// Transactions is the most transactions of a worker.
	Transactions int
	// Passwords are written to records (passwords).
	Passwords bool
}

// DefaultOptions are Suricata's where it has them and weir has room.
func DefaultOptions() *Options { return &Options{MaxTx: app.MaxTxs, Transactions: 16384} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.MaxTx < 1 || o.MaxTx > app.MaxTxs {
		errs = append(errs, fmt.Errorf("app-layer.protocols.pgsql.max-tx: %d, want 1 to %d", o.MaxTx, app.MaxTxs))
	}
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.pgsql: %d transactions, want at least 1", o.Transactions))
	}
	return errors.Join(errs...)
}
