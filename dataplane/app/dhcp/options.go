package dhcp

// Options are the settings of eve-log's `dhcp` type, the union of all outputs.
// Env.Options holds a *Options under input.AppDHCP.
type Options struct {
	// Extended: every message is logged, with all its fields. Otherwise the
	// acknowledgements are, with what maps an address to a client.
	Extended bool
}

// DefaultOptions are eve-log's.
func DefaultOptions() *Options { return &Options{} }
