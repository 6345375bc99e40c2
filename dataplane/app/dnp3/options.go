package dnp3

import (
	"errors"
	"fmt"
)

// Options are the settings of app-layer.protocols.dnp3.
type Options struct {
	// Points is the most points of one object that are read (max-points).
	Points int
	// Objects is the most objects of one fragment that are read (max-objects).
	Objects int
	// Unreplied is how many requests may wait for their responses before it is a flood
	// (max-tx).
	Unreplied int
	// Transactions is the most transactions of a worker.
	Transactions int
}

// MaxObjects bounds Objects: a header takes three octets of a fragment at least.
const MaxObjects = maxFragment / 3

// DefaultOptions are Suricata's where it has them.
func DefaultOptions() Options {
	return Options{Points: 16384, Objects: 2048, Unreplied: 32, Transactions: 16384}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Points < 0 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.dnp3.max-points: %d, want at least 0", o.Points))
	}
	if o.Objects < 0 || o.Objects > MaxObjects {
		errs = append(errs, fmt.Errorf("app-layer.protocols.dnp3.max-objects: %d, want 0 to %d", o.Objects, MaxObjects))
	}
	if o.Transactions < 1 {
		errs = append(errs, fmt.Errorf("app-layer.protocols.dnp3: %d transactions, want at least 1", o.Transactions))
	}
	return errors.Join(errs...)
}
