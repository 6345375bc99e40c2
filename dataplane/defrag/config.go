package defrag

import (
	"errors"
	"fmt"
	"time"
)

// Config is what may be set about reassembly (defrag.* of the configuration),
// for one worker.
type Config struct {
	// Trackers bounds the datagrams in progress.
	Trackers int
	// MaxFrags bounds the fragments held, which are as many mbufs.
	MaxFrags int
	// MaxFragsPerDatagram bounds those of one datagram.
	MaxFragsPerDatagram int
	// Memcap bounds the octets of the frames held.
	Memcap int
	// CopyCap bounds the octets of fragments that have no mbuf of their own.
	CopyCap int
	// Datagrams bounds the finished datagrams of one burst.
	Datagrams int
	// Timeout is how long a datagram may take since its last fragment.
	Timeout time.Duration
	// Host gives policy and timeout for a destination; nil means BSD and Timeout.
	// It is called once a datagram and must not allocate. A zero timeout means
	// Timeout.
	Host func(version uint8, dst *[16]byte) (Policy, time.Duration)
	// Seed keys the hash; zero takes a random one.
	Seed uint64
}

// DefaultConfig is what holds when nothing is configured.
func DefaultConfig() Config {
	return Config{
		Trackers:            65535,
		MaxFrags:            65535,
		MaxFragsPerDatagram: 1500,
		Memcap:              32 << 20,
		CopyCap:             2 << 20,
		Datagrams:           96,
		Timeout:             time.Minute,
	}
}

// Validate reports every value that cannot be.
func (c *Config) Validate() error {
	var errs []error
	for _, v := range []struct {
		name      string
		n, lo, hi int
	}{
		{"trackers", c.Trackers, 1, 1 << 22},
		{"max-frags", c.MaxFrags, 2, 1 << 22},
		{"max-frags-per-datagram", c.MaxFragsPerDatagram, 2, maxPerDatagram},
		{"memcap", c.Memcap, 1 << 16, 1 << 40},
		{"copy-cap", c.CopyCap, 0, 1 << 40},
		{"datagrams", c.Datagrams, 1, 1 << 16},
	} {
		if v.n < v.lo || v.n > v.hi {
			errs = append(errs, fmt.Errorf("defrag.%s: %d is not within %d..%d", v.name, v.n, v.lo, v.hi))
		}
	}
	if c.Timeout <= 0 {
		errs = append(errs, fmt.Errorf("defrag.timeout: %v is not above zero", c.Timeout))
	}
	return errors.Join(errs...)
}
