package ldap

import (
	"errors"
	"fmt"
)

// Options are the settings of app-layer.protocols.ldap.
type Options struct {
	// Transactions is the most transactions of a worker.
	Transactions int
	// Responses is the most responses of a request that are kept (max-responses).
	Responses int
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options { return Options{Transactions: 16384, Responses: 1024} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.ldap: %d transactions, want at least 1", o.Transactions))
	}
	if o.Responses < 1 || o.Responses > 1<<16 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.ldap.max-responses: %d, want 1 to %d", o.Responses, 1<<16))
	}
	return errors.Join(errs...)
}
