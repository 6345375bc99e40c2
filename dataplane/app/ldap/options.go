package ldap

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// Options are the settings of app-layer.protocols.ldap.
type Options struct {
	// Transactions is the most transactions of a worker.
	Transactions int
	// Responses is the most responses of a request that are kept (max-responses).
	Responses int
	// MaxTx is the most live transactions of a flow (max-tx). Past it those that wait
	// for responses are taken for complete, and the flow is not parsed any more.
	MaxTx int
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options {
	return Options{Transactions: 16384, Responses: 1024, MaxTx: app.MaxTxs}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.ldap: %d transactions, want at least 1", o.Transactions))
	}
	if o.Responses < 1 || o.Responses > 1<<16 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.ldap.max-responses: %d, want 1 to %d", o.Responses, 1<<16))
	}
	if o.MaxTx < 1 || o.MaxTx > app.MaxTxs {
		errs = append(errs, fmt.Errorf("app-layer.protocols.ldap.max-tx: %d, want 1 to %d", o.MaxTx, app.MaxTxs))
	}
	return errors.Join(errs...)
}
