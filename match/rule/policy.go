package rule

import (
	"fmt"
	"slices"
	"strings"
)

// Policy is what a firewall does at a hook where no rule decided.
type Policy struct {
	Action   Action
	Rejects  uint8
	Scope    string
	AlsoPass bool
	Alert    bool
}

// ParsePolicy reads the list of actions of a firewall's policy, as a rule's first
// word has it: accept:hook, drop:flow and alert, and the like. tx says whether
// the hook is one of an application protocol.
func ParsePolicy(items []string, tx bool) (Policy, error) {
	if len(items) == 0 {
		return Policy{}, fmt.Errorf("no action: want accept, drop or reject with a scope, and perhaps alert")
	}
	p := &parser{env: &Env{Firewall: true}, r: &Rule{Firewall: true}}
	if err := p.actions(strings.Join(items, ",")); err != nil {
		return Policy{}, fmt.Errorf("%s", err.Msg)
	}
	r := p.r
	if r.Action == Config {
		return Policy{}, fmt.Errorf("config is no policy: want accept, drop or reject")
	}
	if scopes := []string{ScopeTx}; !tx && slices.Contains(scopes, r.Scope) {
		return Policy{}, fmt.Errorf("scope %s does not fit a hook of packets", r.Scope)
	}
	if tx && r.Scope == ScopePacket && r.Action == Accept {
		return Policy{}, fmt.Errorf("scope packet does not fit a state of a protocol: want flow, tx or hook")
	}
	return Policy{Action: r.Action, Rejects: r.Rejects, Scope: r.Scope, AlsoPass: r.AlsoPass, Alert: r.LogPass}, nil
}
