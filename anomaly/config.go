package anomaly

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"sort"
	"time"

	"github.com/weir-ips/weir/anomaly/prefix"
)

// MaxPairs is how many port pairs keep baselines of their own; further ones
// share the last.
const MaxPairs = 32

// Config is the `anomaly` section. DefaultConfig fills it; Validate checks it.
type Config struct {
	Enabled bool `mapstructure:"enabled"`
	// Detectors by name; a missing one has its default.
	Detectors map[string]DetectorConfig `mapstructure:"detectors"`
	// Overrides set thresholds and actions by prefix, by port pair, or both.
	Overrides []Override `mapstructure:"overrides"`
	// Allow lists prefixes that are never mitigated nor reported.
	Allow []string `mapstructure:"allow"`
	// MaxTouchedPercent caps how much of all traffic mitigation may hold back,
	// MaxEstablishedPercent how much of what belongs to established flows.
	// Beyond either, mitigation only reports until CapHold passed or a person
	// resumed it. The first is 100 by default: a flood of small packets is 99% of
	// all packets, and giving up then would be giving in. What guards against a
	// wrong threshold is the second.
	MaxTouchedPercent     float64       `mapstructure:"max-touched-percent"`
	MaxEstablishedPercent float64       `mapstructure:"max-established-percent"`
	CapHold               time.Duration `mapstructure:"cap-hold"`
	// MaxHold bounds the back-off: a hold doubles each time its subject returns.
	MaxHold time.Duration `mapstructure:"max-hold"`
	// Learn is how long NewService and Exfiltration learn before they report.
	Learn  time.Duration `mapstructure:"learn"`
	Memory Memory        `mapstructure:"memory"`
}

// Memory sizes the tables of one worker, in entries; powers of two.
type Memory struct {
	CounterWidth int `mapstructure:"counter-width"` // Count-Min cells a row
	Sources      int `mapstructure:"sources"`       // scanners tracked
	Findings     int `mapstructure:"findings"`      // findings and mitigations in force
	Hosts        int `mapstructure:"hosts"`         // inside hosts with an upload baseline
	Services     int `mapstructure:"services"`      // known services
	Beacons      int `mapstructure:"beacons"`       // conversations watched for even intervals
	Domains      int `mapstructure:"domains"`       // client and domain pairs
	Verified     int `mapstructure:"verified"`      // 64-octet lines of the filter of proven sources
	Blocks       int `mapstructure:"blocks"`        // manual blocks
}

// DetectorConfig is one detector's settings.
type DetectorConfig struct {
	Enabled bool   `mapstructure:"enabled"`
	Action  string `mapstructure:"action"`
	// Threshold is the absolute floor per window; Factor times the learned
	// baseline raises it. Factor 0: no baseline.
	Threshold float64       `mapstructure:"threshold"`
	Factor    float64       `mapstructure:"factor"`
	Window    time.Duration `mapstructure:"window"`
	// Rate is what rate-limit lets through, packets a second; the bucket holds
	// one second's worth.
	Rate float64 `mapstructure:"rate"`
	// Hold is how long a finding stays in force after its last crossing.
	Hold time.Duration `mapstructure:"hold"`
}

// Override replaces thresholds and actions for a part of the network.
type Override struct {
	// Prefix the subject lies in; empty for every address.
	Prefix string `mapstructure:"prefix"`
	// Pair number, or nil for all pairs.
	Pair       *int               `mapstructure:"pair"`
	Thresholds map[string]float64 `mapstructure:"thresholds"`
	Actions    map[string]string  `mapstructure:"actions"`
}

// DefaultConfig has every detector on. Floods are shadowed, the rest alerts:
// nothing is dropped before a person chose so.
func DefaultConfig() Config {
	c := Config{
		Enabled:               true,
		Detectors:             map[string]DetectorConfig{},
		MaxTouchedPercent:     100,
		MaxEstablishedPercent: 5,
		CapHold:               10 * time.Minute,
		MaxHold:               time.Hour,
		Learn:                 24 * time.Hour,
		Memory: Memory{
			CounterWidth: 8192, Sources: 4096, Findings: 1024, Hosts: 2048, Services: 8192,
			Beacons: 4096, Domains: 1024, Verified: 2048, Blocks: 4096,
		},
	}
	for i := range Detectors {
		c.Detectors[Detectors[i].Name] = Detectors[i].Default
	}
	return c
}

// Validate names every mistake at once.
func (c *Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("anomaly."+format, args...)) }
	for _, name := range sortedKeys(c.Detectors) {
		d := c.Detectors[name]
		if _, ok := ParseID(name); !ok {
			bad("detectors.%s: no such detector", name)
			continue
		}
		if _, ok := ParseAction(d.Action); !ok {
			bad("detectors.%s.action: %q is none of alert, shadow, rate-limit, drop, challenge", name, d.Action)
		}
		if !(d.Threshold > 0) || math.IsInf(d.Threshold, 0) {
			bad("detectors.%s.threshold: %v, above 0 is needed", name, d.Threshold)
		}
		if !(d.Factor >= 0) || math.IsInf(d.Factor, 0) || d.Factor > 0 && d.Factor < 1 {
			bad("detectors.%s.factor: %v, 0 or at least 1 is needed", name, d.Factor)
		}
		if d.Window < 100*time.Millisecond || d.Window > 7*24*time.Hour {
			bad("detectors.%s.window: %v, 100ms to 168h is needed", name, d.Window)
		}
		if !(d.Rate >= 1 && d.Rate <= 1e8) {
			bad("detectors.%s.rate: %v packets a second, 1 to 1e8 is needed", name, d.Rate)
		}
		if d.Hold < time.Second || d.Hold > c.MaxHold {
			bad("detectors.%s.hold: %v, from 1s to max-hold (%v) is needed", name, d.Hold, c.MaxHold)
		}
	}
	for key, v := range map[string]float64{"max-touched-percent": c.MaxTouchedPercent, "max-established-percent": c.MaxEstablishedPercent} {
		if !(v > 0 && v <= 100) {
			bad("%s: %v, above 0 and at most 100 is needed", key, v)
		}
	}
	if c.CapHold < time.Second || c.CapHold > 24*time.Hour {
		bad("cap-hold: %v, 1s to 24h is needed", c.CapHold)
	}
	if c.MaxHold < time.Second || c.MaxHold > 24*time.Hour {
		bad("max-hold: %v, 1s to 24h is needed", c.MaxHold)
	}
	if c.Learn < 0 || c.Learn > 90*24*time.Hour {
		bad("learn: %v, 0 to 2160h is needed", c.Learn)
	}
	m := c.Memory
	for key, v := range map[string]int{
		"counter-width": m.CounterWidth, "sources": m.Sources, "findings": m.Findings, "hosts": m.Hosts,
		"services": m.Services, "beacons": m.Beacons, "domains": m.Domains, "verified": m.Verified, "blocks": m.Blocks,
	} {
		if v < 64 || v > 1<<22 || v&(v-1) != 0 {
			bad("memory.%s: %d, a power of two from 64 to 4194304 is needed", key, v)
		}
	}
	_, err := compileOverrides(c.Overrides)
	errs = append(errs, err)
	_, err = prefix.Compile(c.allowEntries(&errs))
	errs = append(errs, err)
	sort.SliceStable(errs, func(i, j int) bool { return errs[i] != nil && errs[j] != nil && errs[i].Error() < errs[j].Error() })
	return errors.Join(errs...)
}

// Warnings names what is allowed but may not be meant: prefixes within others.
func (c *Config) Warnings() []string {
	var ignored []error
	return prefix.Nested(c.allowEntries(&ignored))
}

func (c *Config) allowEntries(errs *[]error) []prefix.Entry {
	var out []prefix.Entry
	for i, s := range c.Allow {
		p, err := prefix.Parse(s)
		if err != nil {
			*errs = append(*errs, fmt.Errorf("anomaly.allow[%d]: %w", i, err))
			continue
		}
		out = append(out, prefix.Entry{Prefix: p, Value: 1, Origin: fmt.Sprintf("anomaly.allow[%d]", i)})
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// on is a detector's defaults; window and hold in seconds.
func on(threshold, factor float64, window int, a Action, rate float64, hold int) DetectorConfig {
	return DetectorConfig{Enabled: true, Action: a.String(), Threshold: threshold, Factor: factor,
		Window: time.Duration(window) * time.Second, Rate: rate, Hold: time.Duration(hold) * time.Second}
}

// compileOverrides names every mistake and builds the tables by pair.
func compileOverrides(list []Override) (overrides, error) {
	var o overrides
	var errs []error
	entries := map[int][]prefix.Entry{}
	var order []int
	for i, v := range list {
		origin := fmt.Sprintf("anomaly.overrides[%d]", i)
		rule := overrideRule{}
		for d := range rule.action {
			rule.action[d] = -1
		}
		for _, name := range sortedKeys(v.Thresholds) {
			d, ok := ParseID(name)
			if !ok {
				errs = append(errs, fmt.Errorf("%s.thresholds.%s: no such detector", origin, name))
			} else if t := v.Thresholds[name]; !(t > 0) {
				errs = append(errs, fmt.Errorf("%s.thresholds.%s: %v, above 0 is needed", origin, name, t))
			} else {
				rule.threshold[d] = t
			}
		}
		for _, name := range sortedKeys(v.Actions) {
			d, ok := ParseID(name)
			a, known := ParseAction(v.Actions[name])
			if !ok || !known {
				errs = append(errs, fmt.Errorf("%s.actions.%s: no such detector or action %q", origin, name, v.Actions[name]))
			} else {
				rule.action[d] = int8(a)
			}
		}
		pair := -1
		if v.Pair != nil {
			if pair = *v.Pair; pair < 0 || pair > 65535 {
				errs = append(errs, fmt.Errorf("%s.pair: %d is no port pair", origin, pair))
				continue
			}
		}
		prefixes := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
		if v.Prefix != "" {
			p, err := prefix.Parse(v.Prefix)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s.prefix: %w", origin, err))
				continue
			}
			prefixes = []netip.Prefix{p}
		}
		o.rules = append(o.rules, rule)
		if _, ok := entries[pair]; !ok {
			order = append(order, pair)
		}
		for _, p := range prefixes {
			entries[pair] = append(entries[pair], prefix.Entry{Prefix: p, Value: uint16(min(len(o.rules), 65535)), Origin: origin})
		}
	}
	for _, pair := range order {
		t, err := prefix.Compile(entries[pair])
		errs = append(errs, err)
		if pair >= 0 { // a pair's own come before those for all
			o.pairs = append([]pairTable{{pair, t}}, o.pairs...)
		} else {
			o.pairs = append(o.pairs, pairTable{pair, t})
		}
	}
	return o, errors.Join(errs...)
}
