package wiring

import (
	"fmt"
	"io"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app/protocols"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// RuleSet is a loaded and compiled set of rules.
type RuleSet struct {
	*compile.Result
	Errors []*rule.Error // rules that could not be parsed
	// LineErrors are lines of threshold.config and other lists that are wrong.
	LineErrors []*rule.Error
	Disabled   int
	// Skipped counts rules that ask for what there is not.
	Skipped int
	Files   []string
	// Firewall are the rule files of a firewall.
	Firewall []string
	// Edit, if not nil, changes rules before they are parsed, After those that
	// were parsed.
	Edit  rule.Edit
	After func([]*rule.Rule)
}

// Env is what rules refer to, of the configuration.
func Env(c *config.Config, s *config.Sections) (*rule.Env, []config.Warning, error) {
	e := &rule.Env{Addresses: s.Vars.AddressGroups, Ports: s.Vars.PortGroups, Classes: map[string]rule.Class{}}
	classes, warn, err := c.Classes()
	if err != nil {
		return nil, warn, err
	}
	for n, x := range classes {
		e.Classes[strings.ToLower(n)] = rule.Class{Text: x.Description, Priority: x.Priority}
	}
	return e, warn, nil
}

// Rules parses and compiles the files of a rule set. Rules that are wrong or need
// what is not there are left out and stand in the set; the error is of files that
// cannot be read and of the compilation as a whole. The rules of a firewall stand
// in front of the others and load all or not at all.
func Rules(out *RuleSet, env *rule.Env, opt compile.Options) error {
	firewall, err := firewallRules(out.Firewall, env)
	if err != nil {
		return err
	}
	var rules []*rule.Rule
	for _, f := range out.Files {
		got, err := rule.ParseFileEdited(f, env, out.Edit)
		if err != nil {
			return fmt.Errorf("rule file %s cannot be read: %w", f, err)
		}
		rules = append(rules, got.Rules...)
		out.Errors = append(out.Errors, got.Errors...)
		out.Disabled += got.Disabled
		out.Skipped += len(got.Skipped)
	}
	rules = unique(rules, out)
	if out.After != nil {
		out.After(rules)
	}
	if opt.AppEvents == nil {
		opt.AppEvents = AppEvent
	}
	if opt.Hooks == nil {
		opt.Hooks = Hooks
	}
	res, err := compile.Compile(append(firewall, rules...), opt)
	if err != nil {
		return err
	}
	for _, l := range res.Left {
		if l.Rule.Firewall {
			return fmt.Errorf("firewall rules load all or not at all: %s: sid %d: %w", l.Rule.Pos, l.Rule.SID, l.Err)
		}
	}
	out.Result = res
	return nil
}

// unique keeps of rules with one gid and sid the one with the highest revision,
// and reports the others.
func unique(rules []*rule.Rule, out *RuleSet) []*rule.Rule {
	type key struct{ gid, sid uint32 }
	at := map[key]int{}
	var keep []*rule.Rule
	for _, r := range rules {
		k := key{r.GID, r.SID}
		i, ok := at[k]
		if !ok {
			at[k] = len(keep)
			keep = append(keep, r)
			continue
		}
		old := keep[i]
		lost := r
		if r.Rev > old.Rev {
			keep[i], lost = r, old
		}
		out.Errors = append(out.Errors, &rule.Error{Pos: lost.Pos, SID: lost.SID, Msg: fmt.Sprintf("the sid is taken by %s", keep[i].Pos)})
	}
	return keep
}

// AppEvent resolves PROTOCOL.NAME of app-layer-event.
func AppEvent(name string) (input.AppProto, uint16, bool) {
	proto, event, ok := strings.Cut(name, ".")
	if !ok {
		return 0, 0, false
	}
	id, known := input.AppProtoOf(proto) // ikev2 is a name of ike
	for _, p := range protocols.All() {
		if p.Name != proto && !(known && p.ID == id) {
			continue
		}
		for i, n := range p.Events {
			// Rules from before Suricata 7 say not_a_request.
			if strings.EqualFold(n, event) || strings.EqualFold(n, strings.Replace(event, "not_a_", "not_", 1)) {
				return p.ID, uint16(i), true
			}
		}
	}
	return 0, 0, false
}

// Report prints what was left out of a rule set, a line each.
func (r *RuleSet) Report(w io.Writer) {
	for _, es := range [][]*rule.Error{r.Errors, r.LineErrors} {
		for _, e := range es {
			fmt.Fprintln(w, e)
		}
	}
	for _, l := range r.Left {
		fmt.Fprintf(w, "%s: sid %d: %v\n", l.Rule.Pos, l.Rule.SID, l.Err)
	}
	for _, t := range r.Warnings {
		fmt.Fprintln(w, "warning:", t)
	}
}
