package anomaly

import "github.com/weir-ips/weir/anomaly/prefix"

// Policy is a compiled Config: immutable, made off-path, shared by workers.
type Policy struct {
	det       [NumDetectors]settings
	overrides overrides
	allow     *prefix.Table
	// least is the lowest threshold that any override or the base sets: below
	// it nothing needs to be looked up.
	least          [NumDetectors]float64
	maxTouched     float64
	maxEstablished float64
	capHoldUS      int64
	maxHoldUS      int64
	learnUS        int64
	mem            Memory
	enabled        bool
}

// settings is DetectorConfig in the units of the data plane.
type settings struct {
	threshold, factor, rate float64
	windowUS, holdUS        int64
	action                  Action
	enabled                 bool
}

// overrides are looked up by pair first, then for all pairs; within a pair by
// longest prefix.
type overrides struct {
	rules []overrideRule
	pairs []pairTable // few
}

type pairTable struct {
	pair  int // -1: all pairs
	table *prefix.Table
}

type overrideRule struct {
	threshold [NumDetectors]float64 // 0: inherit
	action    [NumDetectors]int8    // -1: inherit
}

// NewPolicy validates and compiles; nothing is half-applied.
func NewPolicy(c Config) (*Policy, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p := &Policy{
		enabled: c.Enabled, maxTouched: c.MaxTouchedPercent / 100, maxEstablished: c.MaxEstablishedPercent / 100,
		capHoldUS: c.CapHold.Microseconds(), maxHoldUS: c.MaxHold.Microseconds(), learnUS: c.Learn.Microseconds(), mem: c.Memory,
	}
	for i := range p.det {
		d, ok := c.Detectors[Detectors[i].Name]
		if !ok {
			d = Detectors[i].Default
		}
		a, _ := ParseAction(d.Action)
		p.det[i] = settings{
			threshold: d.Threshold, factor: d.Factor, rate: d.Rate, action: a, enabled: d.Enabled && c.Enabled,
			windowUS: d.Window.Microseconds(), holdUS: d.Hold.Microseconds(),
		}
		p.least[i] = d.Threshold
	}
	p.overrides, _ = compileOverrides(c.Overrides)
	for i := range p.overrides.rules {
		for d, t := range p.overrides.rules[i].threshold {
			if t > 0 {
				p.least[d] = min(p.least[d], t)
			}
		}
	}
	var ignored []error
	p.allow, _ = prefix.Compile(c.allowEntries(&ignored))
	return p, nil
}

// lookup gives the threshold and the action for a subject.
func (p *Policy) lookup(d ID, addr *[16]byte, version uint8, pair uint16) (threshold float64, action Action) {
	threshold, action = p.det[d].threshold, p.det[d].action
	for i := len(p.overrides.pairs) - 1; i >= 0; i-- {
		// Backwards: what is for all pairs first, then the pair's own over it.
		t := &p.overrides.pairs[i]
		if t.pair >= 0 && t.pair != int(pair) {
			continue
		}
		n := t.table.Lookup(addr, version)
		if n == 0 {
			continue
		}
		r := &p.overrides.rules[n-1]
		if r.threshold[d] > 0 {
			threshold = r.threshold[d]
		}
		if r.action[d] >= 0 {
			action = Action(r.action[d])
		}
	}
	return threshold, action
}

// allowed says that the address is on the allow list, which always wins.
func (p *Policy) allowed(addr *[16]byte, version uint8) bool {
	return !p.allow.Empty() && p.allow.Lookup(addr, version) != 0
}
