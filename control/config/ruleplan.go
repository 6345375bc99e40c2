package config

import (
	"errors"
	"path/filepath"
	"slices"
	"time"
)

// RulePlan says which rules are loaded and which of them may drop, and how they
// are kept and watched.
type RulePlan struct {
	Preset string `conf:"preset"` // none, connectivity, balanced or security
	// Shadow, Enforce and Disable hold matchers as the lists below do.
	Shadow    []string `conf:"shadow"`
	Enforce   []string `conf:"enforce"`
	Disable   []string `conf:"disable"`
	ShadowAll bool     `conf:"shadow-all"`

	// Lists of suricata-update, applied at every load.
	EnableConf  string `conf:"enable-conf"`
	DisableConf string `conf:"disable-conf"`
	ModifyConf  string `conf:"modify-conf"`
	DropConf    string `conf:"drop-conf"`

	// Cache says whether compiled bundles are kept; auto: weir run does.
	Cache     Tri    `conf:"cache.enabled"`
	CachePath string `conf:"cache.path"`

	// Watch is how often files are looked at for changes; 0: not at all.
	Watch time.Duration `conf:"watch"`

	// ProfileEvery: one judgement in so many is timed; 0: none.
	ProfileEvery uint32 `conf:"profile.sample"`
	// Budget is the share of a worker's time, in percent, that one rule may take;
	// 0: without bound.
	Budget float64 `conf:"profile.budget"`
	// Suspend is for how long a rule over its budget rests; 0: it is reported
	// alone.
	Suspend time.Duration `conf:"profile.suspend"`
}

// Lists are the files of suricata-update that are named.
func (p *RulePlan) Lists() []string {
	var out []string
	for _, f := range []string{p.DisableConf, p.EnableConf, p.DropConf, p.ModifyConf} {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

// Validate reports a rule that is to drop and not to drop, and bounds that are
// none.
func (p RulePlan) Validate() error {
	var errs []error
	for _, name := range p.Enforce {
		for list, names := range map[string][]string{"shadow": p.Shadow, "disable": p.Disable} {
			if slices.Contains(names, name) {
				errs = append(errs, &Error{Key: "policy.enforce", Problem: quote(name) + " stands under policy." + list + " as well", Remedy: "remove one"})
			}
		}
	}
	if p.CachePath != "" && !filepath.IsAbs(p.CachePath) {
		errs = append(errs, &Error{Key: "policy.cache.path", Problem: quote(p.CachePath) + " is not an absolute path", Remedy: "write /var/lib/weir/cache"})
	}
	if p.Watch != 0 && p.Watch < 100*time.Millisecond {
		errs = append(errs, &Error{Key: "policy.watch", Problem: p.Watch.String() + " is shorter than 100ms", Remedy: "2s is usual, 0 does not watch"})
	}
	if p.Budget < 0 || p.Budget > 100 {
		errs = append(errs, &Error{Key: "policy.profile.budget", Problem: "is not a percentage from 0 to 100", Remedy: "5 is usual"})
	}
	if p.Suspend != 0 && (p.Suspend < time.Second || p.Suspend > 24*time.Hour) {
		errs = append(errs, &Error{Key: "policy.profile.suspend", Problem: p.Suspend.String() + " is not from 1s to 24h", Remedy: "10m is usual, 0 only reports"})
	}
	return errors.Join(errs...)
}
