package wiring

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app/protocols"
	"github.com/weir-ips/weir/event/eve"
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
	Files      []string
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

// Rules parses and compiles rule files. Rules that are wrong or need what is not
// there are left out and stand in the result; the error is of files that cannot
// be read and of the compilation as a whole.
func Rules(files []string, env *rule.Env, opt compile.Options) (*RuleSet, error) {
	out := &RuleSet{Files: files}
	var rules []*rule.Rule
	for _, f := range files {
		got, err := rule.ParseFile(f, env)
		if err != nil {
			return nil, fmt.Errorf("rule file %s cannot be read: %w", f, err)
		}
		rules = append(rules, got.Rules...)
		out.Errors = append(out.Errors, got.Errors...)
		out.Disabled += got.Disabled
	}
	rules = unique(rules, out)
	if opt.AppEvents == nil {
		opt.AppEvents = AppEvent
	}
	res, err := compile.Compile(rules, opt)
	if err != nil {
		return nil, err
	}
	out.Result = res
	return out, nil
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
	for _, p := range protocols.All() {
		if p.Name != proto {
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

// Names resolves the numbers of events: rules by generation, protocols, ports.
type Names struct {
	mu    sync.Mutex
	rules map[uint32][]*eve.Rule
	// Ports are the names of ports, by index.
	Ports []string
	refs  map[string]string
}

// NewNames knows no rules yet.
func NewNames(refs map[string]config.Reference) *Names {
	n := &Names{rules: map[uint32][]*eve.Rule{}, refs: map[string]string{}}
	for k, r := range refs {
		n.refs[strings.ToLower(k)] = r.Prefix
	}
	return n
}

// maxGenerations bounds how many old rule sets are remembered.
const maxGenerations = 4

// Add makes the rules of a generation known; the oldest is forgotten.
func (n *Names) Add(generation uint32, meta *compile.Meta) {
	rows := make([]*eve.Rule, len(meta.Rules))
	for i := range meta.Rules {
		rows[i] = n.rule(&meta.Rules[i])
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rules[generation] = rows
	for g := range n.rules {
		if generation-g >= maxGenerations && g < generation {
			delete(n.rules, g)
		}
	}
}

func (n *Names) rule(m *compile.RuleMeta) *eve.Rule {
	r := &eve.Rule{SID: m.SID, GID: m.GID, Rev: m.Rev, Priority: uint32(m.Priority), Msg: m.Msg, Category: m.Class, Raw: m.Raw}
	for _, x := range m.References {
		r.References = append(r.References, n.refs[strings.ToLower(x[0])]+x[1])
	}
	switch m.Target {
	case "src_ip":
		r.Target = eve.TargetSource
	case "dest_ip":
		r.Target = eve.TargetDestination
	}
	if len(m.Metadata) > 0 {
		obj := map[string][]string{}
		for _, kv := range m.Metadata {
			obj[kv[0]] = append(obj[kv[0]], kv[1])
		}
		r.Metadata, _ = json.Marshal(obj)
	}
	return r
}

// Rule is a rule of a generation, or nil.
func (n *Names) Rule(generation, index uint32) *eve.Rule {
	n.mu.Lock()
	defer n.mu.Unlock()
	if rows := n.rules[generation]; int(index) < len(rows) {
		return rows[index]
	}
	return nil
}

// AppProto is a protocol's name in EVE, empty for none.
func (n *Names) AppProto(id uint16) string {
	if id == 0 || id >= uint16(input.NumAppProtos) {
		return ""
	}
	return input.AppProto(id).String()
}

// Interface is a port's name, empty for none.
func (n *Names) Interface(port uint8) string {
	if int(port) < len(n.Ports) {
		return n.Ports[port]
	}
	return ""
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
