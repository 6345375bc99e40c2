package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/rule"
)

// Request is what is to be loaded.
type Request struct {
	Config   *config.Config
	Sections *config.Sections
	// Files are rule files in place of the configuration's; nil: those.
	Files []string
	// Firewall are the rule files of a firewall in place of the configuration's;
	// with any, weir is one, whatever firewall.enabled says.
	Firewall []string
	// Names keeps the numbers of variables across loads; nil: new ones.
	Names *compile.Names
	// Live: without one rule that loads, or with a file that has gone bad since
	// Before, nothing is loaded.
	Live bool
	// Before counts the rules of each file that are in force.
	Before map[string]int
	// Cached: with policy.cache.enabled at auto, compiled bundles are kept and
	// used.
	Cached bool
	// DataDir is where data sets are kept, in place of the configuration's; empty:
	// that.
	DataDir string
}

// Set is a policy and what was left out of it.
type Set struct {
	// RuleSet is the compilation; nil where the bundle came out of the cache.
	*wiring.RuleSet
	// Bundle and Meta are the policy.
	Bundle []byte
	Meta   *compile.Meta
	// Warnings of the configuration's files, for people.
	Warnings []config.Warning
	// FromCache: nothing was compiled.
	FromCache bool
}

// Loaded counts the rules of the policy, Refused those that were left out.
func (s *Set) Loaded() int  { return len(s.Meta.Rules) }
func (s *Set) Refused() int { return s.Meta.Refused }

// Messages are what was left out and why, a line each.
func (s *Set) Messages() []string { return s.Meta.Report }

// Load reads and compiles, or takes a bundle of the cache that was made of the
// very same. Rules and lines that are wrong are left out and stand in the set; the
// error is of files that cannot be read, of the compilation as a whole, and, where
// engine.init-failure-fatal says so, of anything that is wrong.
func Load(q Request) (*Set, error) {
	if q.Names == nil {
		q.Names = compile.NewNames()
	}
	plan := &q.Sections.Policy
	use := plan.Cache == config.Yes || plan.Cache == config.Auto && q.Cached
	if !use || plan.CachePath == "" {
		return compileSet(q)
	}
	key, err := keyOf(&q)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	cache := Cache{Dir: plan.CachePath}
	octets, meta, err := cache.Load(key)
	switch {
	case err == nil && q.Names.Adopt(meta.Names):
		return &Set{Bundle: octets, Meta: meta, FromCache: true}, nil
	case err == nil:
		// Variables have other numbers in the engine that runs.
	}
	s, cerr := compileSet(q)
	if cerr != nil {
		return nil, cerr
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errMiss) {
		s.Warnings = append(s.Warnings, doubt("policy.cache", err.Error()+": compiled anew"))
	}
	if err := cache.Store(key, s.Bundle); err != nil {
		s.Warnings = append(s.Warnings, doubt("policy.cache", "compiled rules are not kept: "+err.Error()))
	}
	return s, nil
}

// isFirewall reports whether what nothing accepts is dropped.
func (q *Request) isFirewall() bool { return len(q.Firewall) > 0 || q.Sections.Firewall.Enabled }

// firewallFiles are the firewall's rule files.
func (q *Request) firewallFiles() []string {
	if len(q.Firewall) > 0 || !q.Sections.Firewall.Enabled {
		return slices.Clone(q.Firewall)
	}
	return q.Sections.Firewall.Files()
}

func doubt(key, text string) config.Warning {
	return config.Warning{Key: key, Kind: config.Doubtful, Text: text}
}

func compileSet(q Request) (*Set, error) {
	out := &Set{}
	env, warn, err := wiring.Env(q.Config, q.Sections)
	if err != nil {
		return nil, err
	}
	out.Warnings = append(out.Warnings, warn...)
	opt := compile.Options{Fingerprint: wiring.Fingerprint(), Names: q.Names, ActionOrder: q.Sections.Files.ActionOrder,
		MaxFlowbits: int(q.Sections.Detect.MaxFlowbits),
		Scripts:     scripts(q.Sections)}
	limits, wrong, err := out.limits(q.Sections, env)
	if err != nil {
		return nil, err
	}
	opt.Limits = limits
	addrs, done, err := out.addresses(q.Sections)
	if err != nil {
		return nil, err
	}
	defer done()
	opt.Addresses = addrs
	if opt.Datasets, err = datasets(q.Config, q.Sections, q.DataDir); err != nil {
		return nil, err
	}
	set := &wiring.RuleSet{Files: q.Files}
	if q.isFirewall() {
		set.Firewall = q.firewallFiles()
		if opt.Firewall, err = wiring.Firewall(q.Sections); err != nil {
			return nil, err
		}
	}
	out.RuleSet = set
	l, badLines, err := readLists(&q.Sections.Policy)
	if err != nil {
		return nil, err
	}
	wrong = append(wrong, badLines...)
	var ro *rollout
	if !l.empty() {
		if ro, err = plan(l, q.Files, env.Classes); err != nil {
			return nil, err
		}
		set.Edit, set.After = ro.edit, ro.after
	}
	opt.Complete = func(r *compile.Result) {
		set.Result, set.LineErrors = r, wrong
		r.Meta.Refused, r.Meta.Disabled, r.Meta.Skipped = len(set.Errors)+len(set.Left), set.Disabled, set.Skipped
		r.Meta.Report = lines(set)
		r.Meta.Files = perFile(r.Rules)
		for _, f := range r.Inputs {
			now, _ := digest(f)
			r.Meta.Inputs = append(r.Meta.Inputs, [2]string{f, now})
		}
		if ro != nil {
			r.Meta.Report = append(r.Meta.Report, ro.report()...)
		}
	}
	if err := wiring.Rules(set, env, opt); err != nil {
		return nil, err
	}
	out.Bundle, out.Meta = set.Bundle, &set.Result.Meta
	if q.Live {
		if err := out.badFile(q.Before); err != nil {
			return nil, err
		}
	}
	if q.Sections.Global.InitFailureFatal {
		if err := out.firstMistake(); err != nil {
			return nil, fmt.Errorf("%w; nothing is loaded, as engine.init-failure-fatal says", err)
		}
	}
	return out, nil
}

// plan makes the rollout of the lists; a preset has to know first which flowbits
// the rules that it takes ask for.
func plan(l *lists, files []string, classes map[string]rule.Class) (*rollout, error) {
	o := newRollout(l, classes)
	if l.preset == presetNone {
		return o, nil
	}
	var rules []*ruleText
	for _, f := range files {
		_, err := rule.ParseFileEdited(f, nil, func(file string, _ int, text string, disabled bool) (string, bool) {
			rules = append(rules, &ruleText{file: file, text: text, disabled: disabled})
			return "", false
		})
		if err != nil {
			return nil, fmt.Errorf("rule file %s cannot be read: %w", f, err)
		}
	}
	o.collect(rules)
	return o, nil
}

// limits reads threshold.config. A file that is named and not there is a
// warning, as Suricata has it: the rules run without.
func (s *Set) limits(sec *config.Sections, env *rule.Env) ([]rule.Limit, []*rule.Error, error) {
	path := sec.Files.Thresholds
	if path == "" {
		return nil, nil, nil
	}
	limits, wrong, err := rule.ParseThresholdFile(path, env)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !sec.Global.InitFailureFatal:
		s.Warnings = append(s.Warnings, doubt("threshold-file", path+" is not there: rules run without thresholds and suppressions of their own"))
		return nil, nil, nil
	case err != nil:
		return nil, nil, fmt.Errorf("threshold-file: %w", err)
	}
	return limits, wrong, nil
}

// badFile is the error of a set without one rule, or of a file that has gone bad:
// that lost rules that are in force and of which more is wrong than right now.
// Single mistakes do not keep the rest from being loaded.
func (s *Set) badFile(before map[string]int) error {
	if len(s.Result.Rules) == 0 && len(s.Errors) > 0 {
		return fmt.Errorf("no rule of %d loads; the first mistake: %w", len(s.Errors), s.Errors[0])
	}
	right, wrong := s.PerFile(), map[string]int{}
	for _, e := range s.Errors {
		wrong[e.Pos.File]++
	}
	for _, e := range s.Errors {
		if f := e.Pos.File; wrong[f] > right[f] && right[f] < before[f] {
			return fmt.Errorf("%s: %d rules are wrong and %d are right, %d are in force: nothing is loaded; the first mistake: %w", f, wrong[f], right[f], before[f], e)
		}
	}
	return nil
}

// PerFile counts the rules by file.
func (s *Set) PerFile() map[string]int {
	out := map[string]int{}
	for _, f := range s.Meta.Files {
		n, _ := strconv.Atoi(f[1])
		out[f[0]] = n
	}
	return out
}

// firstMistake is the first thing that was left out, with the number of others.
func (s *Set) firstMistake() error {
	n := len(s.Errors) + len(s.Left) + len(s.LineErrors)
	var err error
	switch {
	case n == 0:
		return nil
	case len(s.LineErrors) > 0:
		err = s.LineErrors[0]
	case len(s.Errors) > 0:
		err = s.Errors[0]
	default:
		l := s.Left[0]
		err = fmt.Errorf("%s: sid %d: %w", l.Rule.Pos, l.Rule.SID, l.Err)
	}
	if n > 1 {
		err = fmt.Errorf("%w (and %d more)", err, n-1)
	}
	return err
}

// lines is what a rule set's report says, a line each.
func lines(set *wiring.RuleSet) []string {
	var b strings.Builder
	set.Report(&b)
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// perFile counts rules by file.
func perFile(rules []*rule.Rule) [][2]string {
	n := map[string]int{}
	for _, r := range rules {
		n[r.Pos.File]++
	}
	var out [][2]string
	for f, k := range n {
		out = append(out, [2]string{f, strconv.Itoa(k)})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}
