package wiring

import (
	"errors"
	"fmt"
	"sort"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app/protocols"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// Firewall reads the policies of the section firewall.
func Firewall(s *config.Sections) (*compile.Firewall, error) {
	out := &compile.Firewall{Policies: map[string]rule.Policy{}}
	lists := s.Firewall.PolicyLists()
	places := make([]string, 0, len(lists))
	for p := range lists {
		places = append(places, p)
	}
	sort.Strings(places)
	var errs []error
	for _, place := range places {
		p, err := rule.ParsePolicy(lists[place], len(place) > 4 && place[:4] == "app.")
		if err != nil {
			errs = append(errs, &config.Error{Key: "firewall.policies." + place, Problem: err.Error()})
			continue
		}
		out.Policies[place] = p
	}
	return out, errors.Join(errs...)
}

// Hooks are the states of a protocol as its parser counts them.
func Hooks(id input.AppProto) []input.Hooks {
	for _, p := range protocols.All() {
		if p.ID == id {
			return p.Hooks
		}
	}
	return nil
}

// firewallRules parses a firewall's rule files. One mistake refuses them all: a
// firewall with a hole, or without its doors, is not what was asked for.
func firewallRules(files []string, env *rule.Env) ([]*rule.Rule, error) {
	fw := *env
	fw.Firewall = true
	var rules []*rule.Rule
	var wrong []*rule.Error
	for _, f := range files {
		got, err := rule.ParseFile(f, &fw)
		if err != nil {
			return nil, fmt.Errorf("firewall rule file %s cannot be read: %w", f, err)
		}
		rules = append(rules, got.Rules...)
		wrong = append(wrong, got.Errors...)
	}
	switch len(wrong) {
	case 0:
		return rules, nil
	case 1:
		return nil, fmt.Errorf("firewall rules load all or not at all: %w", wrong[0])
	}
	return nil, fmt.Errorf("firewall rules load all or not at all: %w (and %d more)", wrong[0], len(wrong)-1)
}

// HookedProtocol is a protocol that has a parser, with its states.
type HookedProtocol struct {
	Name  string
	Hooks []input.Hooks
}

// HookedProtocols are the protocols of the list, as rules name them.
func HookedProtocols() []HookedProtocol {
	var out []HookedProtocol
	seen := map[input.AppProto]bool{}
	for _, p := range protocols.All() {
		if seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		h := p.Hooks
		if h == nil {
			h = input.DefaultHooks()
		}
		out = append(out, HookedProtocol{compile.HookProto(p.ID), h})
	}
	return out
}
