package policy

import (
	"errors"
	"fmt"
	"io/fs"
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
	// Names keeps the numbers of variables across loads; nil: new ones.
	Names *compile.Names
	// DataDir is where data sets are kept, in place of the configuration's; empty:
	// that.
	DataDir string
}

// Set is a policy and what was left out of it.
type Set struct {
	*wiring.RuleSet
	// Warnings of the configuration's files, for people.
	Warnings []config.Warning
}

// Load reads and compiles. Rules and lines that are wrong are left out and stand
// in the set; the error is of files that cannot be read, of the compilation as a
// whole, and, where engine.init-failure-fatal says so, of anything that is wrong.
func Load(q Request) (*Set, error) {
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
	if out.RuleSet, err = wiring.Rules(q.Files, env, opt); err != nil {
		return nil, err
	}
	out.LineErrors = wrong
	if q.Sections.Global.InitFailureFatal {
		if err := out.firstMistake(); err != nil {
			return nil, fmt.Errorf("%w; nothing is loaded, as engine.init-failure-fatal says", err)
		}
	}
	return out, nil
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
		s.Warnings = append(s.Warnings, config.Warning{Key: "threshold-file", Kind: config.Doubtful,
			Text: path + " is not there: rules run without thresholds and suppressions of their own"})
		return nil, nil, nil
	case err != nil:
		return nil, nil, fmt.Errorf("threshold-file: %w", err)
	}
	return limits, wrong, nil
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

// Messages are what was left out and why, a line each.
func (s *Set) Messages() []string {
	var b strings.Builder
	s.Report(&b)
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
