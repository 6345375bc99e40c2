package pop3

import (
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// Options are the settings of app-layer.protocols.pop3.
type Options struct {
	// MaxTx is the most live transactions of a flow (max-tx). Past it those that wait
	// for a response are taken for complete, and the flow is not parsed any more.
	MaxTx int
}

// DefaultOptions are Suricata's.
func DefaultOptions() Options { return Options{MaxTx: app.MaxTxs} }

// Validate reports a mistake.
func (o *Options) Validate() error {
	if o.MaxTx < 1 || o.MaxTx > app.MaxTxs {
		return fmt.Errorf("app-layer.protocols.pop3.max-tx: %d, want 1 to %d", o.MaxTx, app.MaxTxs)
	}
	return nil
}
