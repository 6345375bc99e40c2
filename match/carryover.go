package match

import (
	"slices"

	"github.com/weir-ips/weir/match/input"
)

// RuleKeyRec leads from what a rule is known by in all policies to its place in
// this one.
type RuleKeyRec struct{ Key, Rule uint32 }

// RuleKey is what a rule is known by across policies: its number where the group
// is the usual one. Rules of other groups may share a key with another rule, which
// then does not alert again on transactions that were open at a reload.
func RuleKey(gid, sid uint32) uint32 { return sid + (gid-1)*0x9E3779B1 }

// RuleKeys are the keys of rules, sorted.
func RuleKeys(rules []RuleRec) []RuleKeyRec {
	keys := make([]RuleKeyRec, len(rules))
	for i := range rules {
		keys[i] = RuleKeyRec{RuleKey(rules[i].GID, rules[i].SID), uint32(i)}
	}
	slices.SortFunc(keys, func(a, b RuleKeyRec) int {
		if a.Key != b.Key {
			if a.Key < b.Key {
				return -1
			}
			return 1
		}
		return int(a.Rule) - int(b.Rule)
	})
	return keys
}

// ruleOf is the rule of a key in this policy.
func (b *Bundle) ruleOf(key uint32) (uint32, bool) {
	lo, hi := 0, len(b.RuleKeys)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if b.RuleKeys[m].Key < key {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo == len(b.RuleKeys) || b.RuleKeys[lo].Key != key {
		return 0, false
	}
	return b.RuleKeys[lo].Rule, true
}

// carryOver takes a transaction's rule states, which another policy left, into
// this one: rules that matched are not to match again. All else is judged anew.
// The nodes are reused or given back.
func (e *Engine) carryOver(det *input.TxDetect, from uint32) {
	for n := from; n != 0; {
		node := e.states.nodes[n] // a copy: its place may be the next to be written
		e.states.nodes[n].next = e.states.free
		e.states.free = n
		for i := range node.n {
			st := &node.states[i]
			if st.flags&stateMatched == 0 {
				continue
			}
			id, ok := e.b.ruleOf(st.key)
			if !ok {
				continue
			}
			if now := e.states.add(det, id); now != nil {
				to := *st
				to.rule = id
				*now = to
			}
		}
		n = node.next
	}
}
