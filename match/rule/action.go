package rule

import (
	"slices"
	"strings"
)

// Scopes of an action.
const (
	ScopePacket = "packet"
	ScopeFlow   = "flow"
	ScopeHook   = "hook"
	ScopeTx     = "tx"
)

var actionWords = []string{"alert", "pass", "drop", "reject", "rejectsrc", "rejectdst", "rejectboth", "config", "accept"}

func actionOf(word string) (a Action, rejects uint8, ok bool) {
	switch word {
	case "alert":
		return Alert, 0, true
	case "pass":
		return Pass, 0, true
	case "drop":
		return Drop, 0, true
	case "reject", "rejectsrc":
		return Reject, RejectSrc, true
	case "rejectdst":
		return Reject, RejectDst, true
	case "rejectboth":
		return Reject, RejectBoth, true
	case "config":
		return Config, 0, true
	case "accept":
		return Accept, 0, true
	}
	return 0, 0, false
}

// scopesOf are the scopes that an action may have.
func scopesOf(a Action) []string {
	switch a {
	case Drop, Reject, Pass:
		return []string{ScopePacket, ScopeFlow}
	case Accept:
		return []string{ScopePacket, ScopeFlow, ScopeHook, ScopeTx}
	case Config:
		return []string{ScopePacket}
	}
	return nil
}

// actions parses the first word of a rule: one action and perhaps its scope, in
// a firewall's rules a list of which the first is what becomes of the packet.
func (p *parser) actions(word string) *Error {
	r := p.r
	at := 0
	for i, item := range strings.Split(word, ",") {
		if i > 0 && !r.Firewall {
			return p.fail(at, "%q: several actions are for a firewall's rules", word)
		}
		act, scope, scoped := strings.Cut(item, ":")
		a, rejects, ok := actionOf(act)
		if !ok {
			return p.fail(at, "unknown action %q (nearest known: %s)", act, nearest(act, actionWords))
		}
		if scopes := scopesOf(a); scoped && !slices.Contains(scopes, scope) {
			if len(scopes) == 0 {
				return p.fail(at, "action %s takes no scope", act)
			}
			return p.fail(at, "scope %q of %s, want %s", scope, act, strings.Join(scopes, ", "))
		}
		if scoped && r.Scope != "" && r.Scope != scope {
			return p.fail(at, "%q: the actions of a rule share one scope", word)
		}
		if scoped {
			r.Scope = scope
		}
		if err := p.action(at, i, act, a, rejects); err != nil {
			return err
		}
		at += len(item) + 1
	}
	if r.Firewall && r.Scope == "" {
		return p.fail(0, "a firewall's rule says how far its action reaches: %s:%s", word, strings.Join(scopesOf(r.Action), "|"))
	}
	return nil
}

// action notes the action at place i of the list.
func (p *parser) action(at, i int, word string, a Action, rejects uint8) *Error {
	r := p.r
	switch {
	case i == 0 && r.Firewall && (a == Alert || a == Pass):
		return p.fail(at, "%s cannot stand first in a firewall's rule: want accept, drop, reject or config", word)
	case i == 0 && !r.Firewall && a == Accept:
		return p.fail(at, "accept is for a firewall's rules: load the file with --firewall-rules-exclusive or firewall.rule-files")
	case i == 0:
		r.Action, r.Rejects = a, rejects
	case a == Alert:
		r.LogPass = true
	case a == Pass:
		r.AlsoPass = true
	default:
		return p.fail(at, "%s can only stand first: want alert or pass behind the first action", word)
	}
	return nil
}

// Alerts reports whether a match is an alert: always but for pass and config
// rules, in a firewall only where the rule says so.
func (r *Rule) Alerts() bool {
	if r.NoAlert {
		return false
	}
	if r.Firewall || r.Action == Pass {
		return r.LogPass
	}
	return r.Action != Config
}
