package port

import (
	"errors"
	"fmt"
	"strings"
)

// Mode is what weir does between two ports.
type Mode uint8

// Modes.
const (
	// Inline forwards what it does not drop, from each port to the other.
	Inline Mode = iota
	// Tap listens on two ports, each with one direction of a link.
	Tap
	// IDS listens on one port that sees both directions (a mirror port).
	IDS
)

var modeNames = [...]string{Inline: "inline", Tap: "tap", IDS: "ids"}

// String is the mode as configurations write it.
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// ParseMode reads a mode; empty is inline.
func ParseMode(s string) (Mode, error) {
	if s == "" {
		return Inline, nil
	}
	for m, n := range modeNames {
		if n == s {
			return Mode(m), nil
		}
	}
	return Inline, fmt.Errorf("mode %q: one of %s", s, strings.Join(modeNames[:], ", "))
}

// Startup is what happens to a pair's packets before the first policy is there
// and while the engine restarts.
type Startup uint8

// Startup values.
const (
	StartupPass Startup = iota
	StartupDrop
)

// String is the value as configurations write it.
func (s Startup) String() string {
	if s == StartupDrop {
		return "drop"
	}
	return "pass"
}

// ParseStartup reads a Startup; empty is pass.
func ParseStartup(s string) (Startup, error) {
	switch s {
	case "", "pass":
		return StartupPass, nil
	case "drop":
		return StartupDrop, nil
	}
	return StartupPass, fmt.Errorf("startup %q: pass or drop", s)
}

// PairConfig is one pair of ports. Inside and Outside are device names as the
// EAL has them (a PCI address, or a virtual device's name).
type PairConfig struct {
	Name            string
	Mode            Mode
	Inside, Outside string // Outside is empty for IDS
	LinkPropagation bool   // hand the loss of one side's link on to the other
	Startup         Startup
	MTU             int  // 0: leave
	Offload         bool // ports may drop flows by themselves
}

// Config is what Plan is computed from. Zero values take the defaults that the
// fields name.
type Config struct {
	Pairs []PairConfig
	// CPUs of the workers: one worker each, in this order.
	CPUs []int
	// RxDescs and TxDescs of each queue; 0: 1024.
	RxDescs, TxDescs int
	// Held is the most mbufs that a worker holds over bursts (fragments,
	// segments); 0: 4096.
	Held int
	// Cache is each worker's share of a pool; 0: 256.
	Cache int
	// SteerRing is the packets that wait from one worker to another; 0: 1024.
	SteerRing int
	// OffloadFlows is the most flows that all ports together drop by themselves at
	// once, OffloadLease for how long, µs; 0: 1024 and 5 seconds.
	OffloadFlows int
	OffloadLease int64
	// DataRoom is the longest frame in one segment; 0: what the MTUs need.
	DataRoom int
	Promisc  bool
	Checksum bool // let ports check checksums
	Scatter  bool // frames longer than DataRoom arrive in segments
}

// Limits of a Config.
const (
	maxWorkers = 64
	maxPairs   = 16
	maxDescs   = 32768
	maxHeld    = 1 << 20
	// Leases of offloaded flows, µs. While one runs the flow's record sees no
	// packets, so it must be over before the record times out.
	minLease = 100_000
	maxLease = 30_000_000
	maxMTU   = 65535 - 128 - frameOverhead
	// frameOverhead is what a frame has beside its IP packet: Ethernet header
	// and two VLAN tags; the FCS is not received.
	frameOverhead = 14 + 8
)

// Validate reports all mistakes at once.
func (c *Config) Validate() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("ports: "+format, a...)) }
	within := func(what string, v, lo, hi int) {
		if v != 0 && (v < lo || v > hi) {
			bad("%s: %d is outside %d to %d", what, v, lo, hi)
		}
	}
	if n := len(c.Pairs); n == 0 || n > maxPairs {
		bad("%d pairs of ports, 1 to %d are possible", n, maxPairs)
	}
	if n := len(c.CPUs); n == 0 || n > maxWorkers {
		bad("%d CPUs for workers, 1 to %d are possible", n, maxWorkers)
	}
	cpus := map[int]bool{}
	for _, cpu := range c.CPUs {
		if cpu < 0 {
			bad("CPU %d", cpu)
		}
		if cpus[cpu] {
			bad("CPU %d has two workers", cpu)
		}
		cpus[cpu] = true
	}
	within("receive descriptors", c.RxDescs, 64, maxDescs)
	within("transmit descriptors", c.TxDescs, 64, maxDescs)
	within("held mbufs", c.Held, 64, maxHeld)
	within("pool cache", c.Cache, 1, 512)
	within("frame length of a segment", c.DataRoom, 256, 65535-128)
	within("steering ring", c.SteerRing, 2, 1<<20)
	within("offloaded flows", c.OffloadFlows, 1, 1<<16)
	if l := c.OffloadLease; l != 0 && (l < minLease || l > maxLease) {
		bad("offload lease: %d µs is outside %d to %d", l, minLease, maxLease)
	}
	if r := c.SteerRing; r > 0 && r&(r-1) != 0 {
		bad("steering ring: %d is no power of two", r)
	}
	names, devices := map[string]bool{}, map[string]string{}
	for i, p := range c.Pairs {
		who := p.Name
		if who == "" {
			who = fmt.Sprintf("pair %d", i+1)
			bad("%s has no name", who)
		}
		if names[p.Name] && p.Name != "" {
			bad("two pairs are called %s", p.Name)
		}
		names[p.Name] = true
		if p.Inside == "" {
			bad("%s has no inside port", who)
		}
		switch {
		case int(p.Mode) >= len(modeNames):
			bad("%s: %v is no mode", who, p.Mode)
		case p.Mode == IDS && p.Outside != "":
			bad("%s: mode ids listens on one port, outside is %s", who, p.Outside)
		case p.Mode != IDS && p.Outside == "":
			bad("%s: mode %v needs an outside port", who, p.Mode)
		}
		if p.LinkPropagation && p.Mode != Inline {
			bad("%s: link propagation is for inline pairs", who)
		}
		if p.MTU != 0 && (p.MTU < 68 || p.MTU > maxMTU) {
			bad("%s: MTU %d is outside 68 to %d", who, p.MTU, maxMTU)
		}
		for _, d := range []string{p.Inside, p.Outside} {
			if other, ok := devices[d]; ok && d != "" {
				bad("port %s is in %s and in %s", d, other, who)
			}
			devices[d] = who
		}
	}
	return errors.Join(errs...)
}

// withDefaults fills what is zero.
func (c Config) withDefaults() Config {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&c.RxDescs, 1024)
	def(&c.TxDescs, 1024)
	def(&c.Held, 4096)
	def(&c.Cache, 256)
	def(&c.SteerRing, 1024)
	if c.DataRoom == 0 {
		c.DataRoom = minDataRoom
		for _, p := range c.Pairs {
			if !c.Scatter {
				c.DataRoom = max(c.DataRoom, p.MTU+frameOverhead)
			}
		}
		c.DataRoom = min((c.DataRoom+63)&^63, 65535-128)
	}
	return c
}
