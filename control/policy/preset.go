package policy

import (
	"fmt"

	"github.com/weir-ips/weir/match/rule"
)

// preset is a choice of rules by what their authors say of them.
type preset uint8

const (
	presetNone preset = iota
	// presetConnectivity takes what is surely an attack and cheap to find, and
	// drops it: nothing that works today stops working.
	presetConnectivity
	// presetBalanced leaves out what is unsure or costly, and drops what is sure.
	presetBalanced
	// presetSecurity takes every rule, and drops what is likely to be an attack.
	presetSecurity
)

// Presets are the names of policy.preset, the strictest last.
var Presets = [...]string{"none", "connectivity", "balanced", "security"}

func parsePreset(s string) (preset, error) {
	if s == "" {
		return presetNone, nil
	}
	for i, n := range Presets {
		if s == n {
			return preset(i), nil
		}
	}
	return 0, fmt.Errorf("policy.preset: %q, want none, connectivity, balanced or security", s)
}

// facts are what a rule's author says of it: the entries that Emerging Threats
// writes, or the policies that Talos writes.
type facts struct {
	confidence, severity, impact string
	priority                     int
	policies                     map[string]string // connectivity-ips → drop
}

func (r *ruleText) facts(classes map[string]rule.Class) facts {
	f := facts{confidence: r.value("confidence"), severity: r.value("signature_severity"), impact: r.value("performance_impact"), priority: r.priority}
	if f.priority == 0 {
		if f.priority = classes[r.class].Priority; f.priority == 0 {
			f.priority = 3
		}
	}
	for _, name := range []string{"connectivity-ips", "balanced-ips", "security-ips", "max-detect-ips"} {
		for _, act := range []string{"drop", "alert"} {
			if r.has("policy " + name + " " + act) {
				if f.policies == nil {
					f.policies = map[string]string{}
				}
				if f.policies[name] == "" {
					f.policies[name] = act
				}
			}
		}
	}
	return f
}

func (f *facts) severe() bool {
	return f.severity == "critical" || f.severity == "major" || f.severity == "" && f.priority == 1
}

// judge says whether a preset takes a rule, and whether the rule is to drop.
func (p preset) judge(f *facts) (takes, drops bool) {
	if f.policies != nil && p != presetNone {
		act := f.policies[Presets[p]+"-ips"]
		return act != "" || p == presetSecurity, act == "drop"
	}
	costly := f.impact == "significant"
	switch p {
	case presetConnectivity:
		takes = f.severe() && f.confidence == "high" && !costly
		return takes, takes
	case presetBalanced:
		takes = f.confidence != "low" && !costly && (f.severity != "informational" || f.priority == 1)
		return takes, takes && f.severe() && f.confidence == "high"
	case presetSecurity:
		return true, f.severe() && f.confidence != "low" && f.priority <= 2
	}
	return true, false
}
