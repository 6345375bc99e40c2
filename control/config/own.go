package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Placement says which CPUs and how much memory the two processes take, where
// they are reached, and what the wire does without them.
type Placement struct {
	Startup       string        `conf:"startup"` // pass or drop
	Workers       CPUs          `conf:"workers"`
	ControlCPUs   CPUs          `conf:"control.cpus"`
	RunDir        string        `conf:"control.run-dir"`
	MemoryLimit   Number        `conf:"engine.memory-limit"` // octets
	RestartDelay  time.Duration `conf:"engine.restart-delay"`
	Heartbeat     time.Duration `conf:"engine.heartbeat-timeout"`
	LatencyBudget time.Duration `conf:"latency-budget"` // 0 is without
	Metrics       bool          `conf:"metrics.enabled"`
	MetricsListen string        `conf:"metrics.listen"`
	API           bool          `conf:"api.enabled"`
	APISocket     string        `conf:"api.socket"`
	APIMode       string        `conf:"api.mode"`
}

// APIFileMode is the permissions of the control socket.
func (p Placement) APIFileMode() os.FileMode {
	m, err := strconv.ParseUint(p.APIMode, 8, 9)
	if err != nil {
		return 0o600
	}
	return os.FileMode(m)
}

// Validate checks addresses, permissions and that no CPU has two masters.
func (p Placement) Validate() error {
	var errs []error
	if _, port, err := net.SplitHostPort(p.MetricsListen); err != nil || !validPort(port) {
		errs = append(errs, &Error{Key: "metrics.listen", Problem: quote(p.MetricsListen) + " is not an address with a port", Remedy: "write 127.0.0.1:9917"})
	}
	if _, err := strconv.ParseUint(p.APIMode, 8, 9); err != nil {
		errs = append(errs, &Error{Key: "api.mode", Problem: quote(p.APIMode) + " is not a file mode", Remedy: "write 0600"})
	}
	// A path of a unix socket has 107 octets at most.
	if len(p.APISocket) > 107 || !filepath.IsAbs(p.APISocket) {
		errs = append(errs, &Error{Key: "api.socket", Problem: quote(p.APISocket) + " is not an absolute path of at most 107 octets", Remedy: "write /run/weir/api.sock"})
	}
	for _, cpu := range p.Workers.List {
		if slices.Contains(p.ControlCPUs.List, cpu) {
			errs = append(errs, &Error{Key: "control.cpus", Problem: fmt.Sprintf("CPU %d is a worker's", cpu), Remedy: "a worker needs its CPU for itself; choose another one"})
		}
	}
	return errors.Join(errs...)
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 65535
}

// Anomaly is what is counted in sketches and what is done about it.
type Anomaly struct {
	Enabled        bool          `conf:"enabled"`
	Shadow         bool          `conf:"shadow"`
	MaxTouched     int           `conf:"max-touched"`     // percent of all packets
	MaxEstablished int           `conf:"max-established"` // percent of those of established flows
	CapHold        time.Duration `conf:"cap-hold"`
	MaxHold        time.Duration `conf:"max-hold"`
	Learn          time.Duration `conf:"learn"`
	Allow          []string      `conf:"allow"`
	StateFile      string        `conf:"state-file"`
	// Detectors is the section of detectors by name; what a detector does not say
	// has the detector's own default.
	Detectors *Node             `conf:"detectors"`
	Overrides []AnomalyOverride `conf:"overrides"`
}

// AnomalyOverride is a detector's threshold or action for a part of the network.
type AnomalyOverride struct {
	Prefix    string `conf:"prefix"`
	Pair      string `conf:"pair"` // empty: all
	Detector  string `conf:"detector"`
	Threshold string `conf:"threshold"` // empty: unchanged
	Action    string `conf:"action"`
}

// AllowPrefixes gives the allow list; a bad line is an error and nothing of the
// list is used.
func (a Anomaly) AllowPrefixes() ([]netip.Prefix, error) {
	var out []netip.Prefix
	var errs []error
	for i, text := range a.Allow {
		p, err := parsePrefix(text)
		if err != nil {
			errs = append(errs, &Error{Key: fmt.Sprintf("anomaly.allow.%d", i), Problem: quote(text) + " is neither an address nor a network", Remedy: "write 10.0.0.0/8, 192.0.2.1 or 2001:db8::/32"})
			continue
		}
		out = append(out, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

// Validate checks the allow list.
func (a Anomaly) Validate() error {
	_, err := a.AllowPrefixes()
	return err
}

// Overload says what bursts may cost, and what is given up when they cost more.
type Overload struct {
	LatencyBudget time.Duration `conf:"latency-budget"`
	Hold          time.Duration `conf:"hold"`
}

// Validate checks the ranges.
func (o Overload) Validate() error {
	var errs []error
	if o.LatencyBudget != 0 && (o.LatencyBudget < 50*time.Microsecond || o.LatencyBudget > time.Second) {
		errs = append(errs, &Error{Key: "overload.latency-budget", Problem: o.LatencyBudget.String() + " is out of range", Remedy: "give 50us to 1s, or 0 for no bound"})
	}
	if o.Hold < 0 || o.Hold > time.Hour {
		errs = append(errs, &Error{Key: "overload.hold", Problem: o.Hold.String() + " is out of range", Remedy: "give 0 to 1h"})
	}
	return errors.Join(errs...)
}

// Fleet is the central place that a sensor takes its policy from.
type Fleet struct {
	Enabled  bool          `conf:"enabled"`
	Server   string        `conf:"server"`
	Name     string        `conf:"name"`
	Group    string        `conf:"group"`
	KeyFile  string        `conf:"key-file"`
	Interval time.Duration `conf:"interval"`
}

// Validate checks that an enabled fleet has a server and a key.
func (f Fleet) Validate() error {
	if f.Enabled && (f.Server == "" || f.KeyFile == "") {
		return &Error{Key: "fleet", Problem: "is enabled without a server or a key-file", Remedy: "name both; bundles are never taken unsigned"}
	}
	return nil
}
