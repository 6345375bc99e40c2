package http2

import (
	"errors"
	"fmt"
)

// Options are the settings of app-layer.protocols.http2.
type Options struct {
	// Transactions is the most transactions of a worker, Streams of a flow at a
	// time (max-streams).
	Transactions, Streams int
	// TableSize is the most octets that a header table may be told to hold
	// (max-table-size).
	TableSize int
	// HeaderBlock is the most octets of a header block (max-reassembly-size).
	HeaderBlock int
	// Decoders is the most content codings undone at a time.
	Decoders int
	// Body is the most octets of a body that are looked at.
	Body uint64
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options {
	return Options{Transactions: 16384, Streams: 128, TableSize: 65536, HeaderBlock: 64 << 10, Decoders: 256, Body: 100 << 20}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	for _, r := range []struct {
		key      string
		v        int
		lo, most int
	}{
		{"max-streams", o.Streams, 1, 256}, {"max-table-size", o.TableSize, 0, 256 << 10},
		{"max-reassembly-size", o.HeaderBlock, 1024, 256 << 10}, {"transactions", o.Transactions, 1, 1 << 24}, {"decoders", o.Decoders, 1, 1 << 16},
	} {
		if r.v < r.lo || r.v > r.most {
			errs = append(errs, fmt.Errorf("app-layer.protocols.http2.%s: %d, want %d to %d", r.key, r.v, r.lo, r.most))
		}
	}
	return errors.Join(errs...)
}
