package dcerpc

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
)

// Options are the settings of app-layer.protocols.dcerpc.
type Options struct {
	// Transactions is the most live transactions of a flow (max-tx); what is above
	// app.MaxTxs counts as that.
	Transactions int
	// Stub is the most octets of stub data of a direction of a transaction
	// (max-stub-size).
	Stub int
}

// MaxStub bounds Options.Stub: no slice of parser memory is larger.
const MaxStub = rpc.DefaultMaxStub

// DefaultOptions are Suricata's, as far as a flow can have as many.
func DefaultOptions() Options { return Options{Transactions: app.MaxTxs, Stub: rpc.DefaultMaxStub} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.dcerpc.max-tx: %d, want at least 1", o.Transactions))
	}
	if o.Stub < 1 || o.Stub > rpc.DefaultMaxStub {
		errs = append(errs, fmt.Errorf("app-layer.protocols.dcerpc.max-stub-size: %d octets, want 1 to %d", o.Stub, rpc.DefaultMaxStub))
	}
	return errors.Join(errs...)
}
