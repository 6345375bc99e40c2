package file

import (
	"errors"
	"fmt"
)

// Options bound the files of a worker and say which digests are wanted.
type Options struct {
	// MD5, SHA1, SHA256: the digest is computed for every file.
	MD5, SHA1, SHA256 bool
	// Hashers is the most files that are digested at a time; files beyond it have
	// no digests.
	Hashers int
	// Files is the most files open or not yet logged at a time.
	Files int
	// RangeMemory bounds the octets of files that come in ranges out of order; 0:
	// they are not put together. RangeTimeoutUS is how long a part waits for others.
	RangeMemory    int
	RangeTimeoutUS int64
	// Keep is how many octets of earlier packets stay in a window.
	Keep int
	// Force has every file stored.
	Force bool
	// StoreDepth is how much of a file is stored, octets; 0: all of it.
	StoreDepth uint64
	// Magic: the first octets of files go into their records, for control to name
	// their type.
	Magic bool
	// NameMax is the longest name kept, in octets.
	NameMax int
}

// DefaultOptions fit a small link.
func DefaultOptions() Options {
	return Options{Hashers: 4096, Files: 65536, Keep: 64 << 10, NameMax: 65535, RangeMemory: 32 << 20, RangeTimeoutUS: 60_000_000}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.Files < 1 {
		errs = append(errs, fmt.Errorf("files: %d at a time, want at least 1", o.Files))
	}
	if o.Hashers < 0 {
		errs = append(errs, fmt.Errorf("files: %d digests at a time, want at least 0", o.Hashers))
	}
	if o.Keep < 1024 || o.Keep > maxWindow/4 {
		errs = append(errs, fmt.Errorf("files: a window of %d octets, want 1024 to %d", o.Keep, maxWindow/4))
	}
	if o.NameMax < 1 || o.NameMax > 65535 {
		errs = append(errs, fmt.Errorf("files: names of %d octets, want 1 to 65535", o.NameMax))
	}
	return errors.Join(errs...)
}
