package compile

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sort"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// Options of a compilation.
type Options struct {
	// Fingerprint binds the bundle to this build and machine.
	Fingerprint [32]byte
	// AppEvents resolves app-layer-event names: protocol and id of an event.
	AppEvents func(name string) (app input.AppProto, id uint16, ok bool)
	// Parallel databases to compile at a time; 0: as many as processors.
	Parallel int
	// Limits are the lines of threshold.config.
	Limits []rule.Limit
	// Complete, if not nil, adds to Result.Meta what the caller knows, before it
	// is sealed into the bundle.
	Complete func(*Result)
	// Scripts says what rules may do with Lua.
	Scripts Scripts
	// MaxFlowbits is how many flowbits one rule may use; 0: no limit.
	MaxFlowbits int
	// Addresses are reputations and countries.
	Addresses Addresses
	// Datasets says where data sets lie.
	Datasets Datasets
	// Names keeps the numbers of variables across compilations; nil: new ones.
	Names *Names
	// Hooks gives the states of a protocol; nil: every protocol has the plain ones.
	Hooks func(app input.AppProto) []input.Hooks
	// Firewall, if set, makes the bundle a firewall's.
	Firewall *Firewall
	// ActionOrder is action-order: which actions win; empty: the default.
	ActionOrder []string
}

// Left is a rule that was left out, and why.
type Left struct {
	Rule *rule.Rule
	Err  error
}

// Result is a compiled policy.
type Result struct {
	Bundle []byte
	Rules  []*rule.Rule // by index in the bundle
	Left   []Left
	// Warnings say what of the options had no effect: limits for rules that are
	// not there, and the like.
	Warnings []string
	// Inputs are the files that rules name.
	Inputs []string
	Meta   Meta
	fast   []string // the fast pattern by rule, for Explain
}

// Meta is what control knows of a bundle beyond what the engine needs. It lies
// in the bundle, for a control that did not compile it.
type Meta struct {
	Rules []RuleMeta
	// Names are the numbers of variables, by kind and name (see Names).
	Names map[string]uint32
	// Refused and Disabled count rules that are not in the bundle; Report says why,
	// a line each. Skipped are those that ask for what there is not (requires).
	Refused, Disabled, Skipped int
	Report                     []string
	// Files are the rule files with the number of their rules.
	Files [][2]string
	// Inputs are files beyond the listed ones that went into it, with their digests.
	Inputs [][2]string
}

// RuleMeta is what events say of a rule.
type RuleMeta struct {
	SID, GID, Rev uint32
	Msg, Class    string
	Priority      int
	Action        string
	References    [][2]string
	Metadata      [][2]string
	Target, Raw   string
	// Mode is "shadow" for a rule whose drops are only reported.
	Mode string
	// Hook and Policy are what events say of a firewall's rule: where it stands and
	// what it asks for.
	Hook, Policy string
}

// compiler holds one compilation.
type compiler struct {
	t     *tables
	dbs   databases
	names *Names
	opt   Options
	rules []*compiled
	warn  []string
	// inputs are files that rules name: lists, sets, scripts.
	inputs []string
	// actions are the places of actions in the order of evaluation.
	actions map[rule.Action]int
	dir     string // of the rule file at hand

	ruleFile string // of the rule that is added
	scripts  map[string]*script
	sets     map[string]*dataSet
	setOrder []*dataSet
	// hooks are the states of protocols, looked up once each.
	hooks map[input.AppProto][]input.Hooks
}

// compiled is a rule on its way into the tables.
type compiled struct {
	src   *rule.Rule
	rec   match.RuleRec
	rank  sortKey
	lists []list
	fast  *fastPattern
	swap  bool // the reverse of a <> rule
	// policy is the place of the policy that the rule stands for.
	policy string
	// limits are the rule's suppressions, then its threshold.
	suppress []match.ThresholdRec
	limit    *match.ThresholdRec
	rates    []match.ThresholdRec // rate_filters, asked after limit
}

type list struct {
	src    *rule.List
	key    uint32
	packet bool
	stream bool
	loose  bool
	files  bool // conditions on one file
}

// reads notes a file that goes into the bundle.
func (c *compiler) reads(path string) {
	if !slices.Contains(c.inputs, path) {
		c.inputs = append(c.inputs, path)
	}
}

// Compile turns rules into a bundle. Rules that cannot be compiled are left out
// and reported; the error is of the whole.
func Compile(rules []*rule.Rule, opt Options) (*Result, error) {
	if opt.Parallel == 0 {
		opt.Parallel = runtime.NumCPU()
	}
	if opt.Names == nil {
		opt.Names = NewNames()
	}
	c := &compiler{t: newTables(), names: opt.Names, opt: opt, actions: actionRanks(opt.ActionOrder)}
	c.dbs.t = c.t
	res := &Result{}
	for _, r := range rules {
		if err := c.add(r, false); err != nil {
			res.Left = append(res.Left, Left{r, err})
			continue
		}
		if r.Bidir && !sameSides(r) {
			if err := c.add(r, true); err != nil {
				return nil, fmt.Errorf("%s: reverse: %w", r.Pos, err)
			}
		}
	}
	c.limit(opt.Limits)
	c.policyRules()
	sort.SliceStable(c.rules, func(i, j int) bool { return c.rules[i].rank.less(&c.rules[j].rank) })
	for i, x := range c.rules {
		c.emit(uint32(i), x)
		res.Rules = append(res.Rules, x.src)
		res.fast = append(res.fast, x.fast.String())
		res.Meta.Rules = append(res.Meta.Rules, metaOf(x.src))
	}
	c.buildSets()
	c.group()
	c.ipOnly()
	c.firewall()
	if err := c.dbs.compile(opt.Parallel); err != nil {
		return nil, err
	}
	res.Meta.Names = c.names.All()
	c.t.names = c.names.records(c.t.put)
	res.Warnings, res.Inputs = c.warn, c.inputs
	if opt.Complete != nil {
		opt.Complete(res)
	}
	var err error
	if res.Bundle, err = c.t.assemble(res.Meta.encode(), opt.Fingerprint); err != nil {
		return nil, err
	}
	return res, nil
}

// sameSides reports whether both sides of a rule are the same: <> then is ->.
func sameSides(r *rule.Rule) bool {
	return reflect.DeepEqual(r.Src, r.Dst) && reflect.DeepEqual(r.SrcPort, r.DstPort)
}

func metaOf(r *rule.Rule) RuleMeta {
	m := RuleMeta{SID: r.SID, GID: r.GID, Rev: r.Rev, Msg: r.Msg, Class: r.ClassText, Priority: r.Priority, Target: r.Target, Raw: r.Raw}
	m.Action = actionName(r.Action)
	if r.Shadow {
		m.Mode = "shadow"
	}
	if r.Firewall {
		m.Hook, m.Policy = hookText(r), policyText(r)
	}
	for _, x := range r.References {
		m.References = append(m.References, [2]string{x.Type, x.Value})
	}
	for _, x := range r.Metadata {
		m.Metadata = append(m.Metadata, [2]string{x.Key, x.Value})
	}
	return m
}

func actionName(a rule.Action) string {
	return [...]string{"", "alert", "pass", "drop", "reject", "config", "accept"}[a]
}
