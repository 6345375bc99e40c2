package nfs

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// Options are the settings of app-layer.protocols.nfs.
type Options struct {
	// MaxTx is the most live transactions of a flow (max-tx).
	MaxTx int
	// Requests is the most calls of a flow that wait for a reply (max-requests), Names
	// the most handles whose names are remembered (max-names).
	Requests, Names int
}

// mostTx leaves room for what one segment may bring.
const mostTx = app.MaxTxs - 64

// mostItems bounds Requests and Names: they are searched one by one.
const mostItems = 512

// DefaultOptions are Suricata's, as far as a flow can have as many.
func DefaultOptions() Options { return Options{MaxTx: mostTx, Requests: mostItems, Names: mostItems} }

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	for _, x := range []struct {
		key     string
		n, most int
	}{{"max-tx", o.MaxTx, mostTx}, {"max-requests", o.Requests, mostItems}, {"max-names", o.Names, mostItems}} {
		if x.n < 1 || x.n > x.most {
			errs = append(errs, fmt.Errorf("app-layer.protocols.nfs.%s: %d, want 1 to %d", x.key, x.n, x.most))
		}
	}
	return errors.Join(errs...)
}

// Limit brings the options down to what a flow can have.
func (o *Options) Limit() {
	o.MaxTx, o.Requests, o.Names = min(o.MaxTx, mostTx), min(o.Requests, mostItems), min(o.Names, mostItems)
}
