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
	// Frames is the most frames of one direction of a stream (max-frames).
	Frames int
	// BombLimit is how many octets a content coding may give whatever it was made of
	// (compression-bomb-limit).
	BombLimit uint64
	// Body is the most octets of a body that are looked at.
	Body uint64
}

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options {
	return Options{Transactions: 16384, Streams: MaxStreams, TableSize: 65536, HeaderBlock: 100 << 10, Decoders: 256, Frames: 65536, BombLimit: 1 << 20, Body: 100 << 20}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	for _, r := range []struct {
		key      string
		v        int
		lo, most int
	}{
		{"max-streams", o.Streams, 1, MaxStreams}, {"max-table-size", o.TableSize, 0, 256 << 10},
		{"max-reassembly-size", o.HeaderBlock, 1024, 256 << 10}, {"transactions", o.Transactions, 1, 1 << 24}, {"decoders", o.Decoders, 1, 1 << 16},
		{"max-frames", o.Frames, 1, 1 << 31},
	} {
		if r.v < r.lo || r.v > r.most {
			errs = append(errs, fmt.Errorf("app-layer.protocols.http2.%s: %d, want %d to %d", r.key, r.v, r.lo, r.most))
		}
	}
	return errors.Join(errs...)
}
