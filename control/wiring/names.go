package wiring

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/event/eve"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// RuleTable is what events say of the rules of one bundle. A rule's form for
// events is made when the first event asks for it: most of them never alert.
type RuleTable struct {
	rules []compile.RuleMeta
	rows  []atomic.Pointer[eve.Rule]
	refs  map[string]string // prefix by type, in lower case
}

// scheme begins an address that is whole.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// NewRuleTable makes the table of a bundle's rules; refs expands references.
func NewRuleTable(refs map[string]config.Reference, meta *compile.Meta) *RuleTable {
	return &RuleTable{rules: meta.Rules, rows: make([]atomic.Pointer[eve.Rule], len(meta.Rules)), refs: prefixes(refs)}
}

func prefixes(refs map[string]config.Reference) map[string]string {
	out := make(map[string]string, len(refs))
	for k, r := range refs {
		out[strings.ToLower(k)] = r.Prefix
	}
	return out
}

// Len is the number of rules.
func (t *RuleTable) Len() int { return len(t.rules) }

// At is a rule by its index in the bundle, or nil.
func (t *RuleTable) At(index uint32) *eve.Rule {
	if int64(index) >= int64(len(t.rules)) {
		return nil
	}
	if r := t.rows[index].Load(); r != nil {
		return r
	}
	r := t.form(&t.rules[index])
	t.rows[index].Store(r)
	return r
}

func (t *RuleTable) form(m *compile.RuleMeta) *eve.Rule {
	r := &eve.Rule{Firewall: m.Policy != "", Hook: m.Hook, Policy: m.Policy, SID: m.SID, GID: m.GID, Rev: m.Rev, Priority: uint32(m.Priority), Msg: m.Msg, Category: m.Class, Raw: m.Raw}
	for _, x := range m.References {
		prefix := t.refs[strings.ToLower(x[0])]
		if scheme.MatchString(x[1]) {
			prefix = "" // it is an address already
		}
		r.References = append(r.References, prefix+x[1])
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

// Names resolves the numbers of events: rules by generation, protocols, ports.
type Names struct {
	mu    sync.Mutex
	rules map[uint32]*RuleTable
	// Ports are the names of ports, by index.
	Ports []string
}

// NewNames knows no rules yet.
func NewNames() *Names { return &Names{rules: map[uint32]*RuleTable{}} }

// maxGenerations bounds how many old rule sets are remembered.
const maxGenerations = 4

// Add makes the rules of a generation known; the oldest is forgotten.
func (n *Names) Add(generation uint32, t *RuleTable) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rules[generation] = t
	for g := range n.rules {
		if generation-g >= maxGenerations && g < generation {
			delete(n.rules, g)
		}
	}
}

// Rule is a rule of a generation, or nil.
func (n *Names) Rule(generation, index uint32) *eve.Rule {
	n.mu.Lock()
	t := n.rules[generation]
	n.mu.Unlock()
	if t == nil {
		return nil
	}
	return t.At(index)
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
