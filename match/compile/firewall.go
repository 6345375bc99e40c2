package compile

import (
	"fmt"
	"sort"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// Firewall is the configuration of a firewall.
type Firewall struct {
	// Policies are those that are not the default, by their place below
	// firewall.policies: packet.filter, app.tls.client-hello-done,
	// app.http2.stream.request-started.
	Policies map[string]rule.Policy
}

// Rules that stand for policies in alerts, as Suricata numbers them.
const (
	packetPolicySID = 2201000
	appPolicySID    = 2201001
)

// Places of the tables in the order of evaluation. Without a firewall all rules
// stand in one.
const (
	tablePreFlow = iota
	tablePreStream
	tableFilter
	tablePacketTD
	tableAppFilter
	tableAppTD
	tablePolicy
)

var tableKeys = [...]string{match.TablePreFlow: "packet.pre-flow", match.TablePreStream: "packet.pre-stream", match.TableFilter: "packet.filter"}

// table is where a rule stands among the tables of a firewall.
func (c *compiler) table(x *compiled) int {
	switch {
	case c.opt.Firewall == nil:
		return 0
	case x.rec.Flags&match.RFirewall == 0 && x.rec.Flags&match.RTx == 0:
		return tablePacketTD
	case x.rec.Flags&match.RFirewall == 0:
		return tableAppTD
	case x.rec.Hook == match.HookApp:
		return tableAppFilter
	case x.rec.Hook == match.HookPreFlow:
		return tablePreFlow
	case x.rec.Hook == match.HookPreStream:
		return tablePreStream
	}
	return tableFilter
}

// policy is what is configured for a place, and whether anything is.
func (c *compiler) policy(key string) (rule.Policy, bool) {
	if c.opt.Firewall == nil {
		return rule.Policy{}, false
	}
	p, ok := c.opt.Firewall.Policies[key]
	return p, ok
}

// defaultPolicy is that of a place without configuration.
func defaultPolicy(key string) rule.Policy {
	switch {
	case key == tableKeys[match.TableFilter]:
		return rule.Policy{Action: rule.Drop, Scope: rule.ScopePacket}
	case strings.HasPrefix(key, "packet."):
		return rule.Policy{Action: rule.Accept, Scope: rule.ScopeHook}
	}
	return rule.Policy{Action: rule.Drop, Scope: rule.ScopeFlow}
}

// policyRules adds the rules that stand for policies with an alert.
func (c *compiler) policyRules() {
	if c.opt.Firewall == nil {
		return
	}
	var keys []string
	for k, p := range c.opt.Firewall.Policies {
		if p.Alert {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for i, k := range keys {
		c.rules = append(c.rules, policyRule(i, k, c.opt.Firewall.Policies[k]))
	}
}

func policyRule(i int, key string, p rule.Policy) *compiled {
	r := &rule.Rule{Action: p.Action, Rejects: p.Rejects, Scope: p.Scope, AlsoPass: p.AlsoPass, LogPass: true, Firewall: true,
		SID: packetPolicySID, GID: 1, Rev: 1, Priority: 3, Msg: "SURICATA FW default packet policy"}
	place, name := strings.Split(key, "."), ""
	name = strings.ReplaceAll(place[len(place)-1], "-", "_")
	r.Hook.Name = name
	x := &compiled{src: r, rank: sortKey{table: tableFilter, state: 1 << 30, file: i}}
	switch {
	case key == tableKeys[match.TableFilter]:
		r.Hook.Name = rule.HookAll
	case key == tableKeys[match.TablePreFlow]:
		x.rank.table = tablePreFlow
	case key == tableKeys[match.TablePreStream]:
		x.rank.table = tablePreStream
	default:
		r.SID, r.Msg, r.Proto.App = appPolicySID, "SURICATA FW default app policy", place[1]
		x.rank.table = tableAppFilter
	}
	x.rec = match.RuleRec{SID: r.SID, GID: 1, Rev: 1, Action: match.Action(p.Action), RejectSides: p.Rejects, Scope: scopeIDs[p.Scope],
		Flags: match.RFirewall | match.RPolicy | match.RNoFast}
	x.policy = key
	return x
}

// firewall writes the states of protocols, and the packet tables of a firewall.
func (c *compiler) firewall() {
	used := map[string]bool{}
	alerts := map[string]uint32{}
	for i, x := range c.rules {
		if x.policy != "" {
			alerts[x.policy] = uint32(i) + 1
		}
	}
	policy := func(keys ...string) match.PolicyRec {
		p := defaultPolicy(keys[0])
		rec := match.PolicyRec{}
		for _, k := range keys {
			used[k] = true
			if got, ok := c.policy(k); ok {
				p, rec.Rule = got, alerts[k]
				break
			}
		}
		rec.Action, rec.Scope, rec.RejectSides = match.Action(p.Action), scopeIDs[p.Scope], p.Rejects
		return rec
	}
	for app := range input.NumAppProtos {
		for _, d := range [...]input.Dir{input.ToServer, input.ToClient} {
			for sub := range uint8(match.MaxSubs) {
				c.t.hookIndex = append(c.t.hookIndex, c.states(app, d, sub, policy))
			}
		}
	}
	if c.opt.Firewall == nil {
		return
	}
	fw := match.FirewallRec{}
	for t, key := range tableKeys {
		fw.Policy[t] = policy(key)
	}
	for t := range fw.Pre {
		for class := range match.NumClasses {
			var refs []uint32
			for i, x := range c.rules {
				if x.rec.Flags&match.RFirewall != 0 && x.rec.Flags&match.RPolicy == 0 && x.rec.Hook == match.HookPreFlow+match.HookKind(t) && classHas(x, class) {
					refs = append(refs, uint32(i))
				}
			}
			fw.Pre[t][class] = c.t.span(refs)
		}
	}
	c.t.fw = []match.FirewallRec{fw}
	for k := range c.opt.Firewall.Policies {
		if !used[k] {
			c.warn = append(c.warn, fmt.Sprintf("firewall.policies.%s: no such hook", k))
		}
	}
	sort.Strings(c.warn)
}

// states writes the states of one kind of transactions in one direction, each
// with its policy and the rules that are to be asked there.
func (c *compiler) states(app input.AppProto, d input.Dir, sub uint8, policy func(...string) match.PolicyRec) match.Span {
	sets := c.hooksOf(app)
	for i := range sets {
		if subNumber(sets, i) != sub {
			continue
		}
		s := match.Span{Off: uint32(len(c.t.hooks))}
		hooks, plain := sets[i].ToServer, [2]string{"request-started", "request-complete"}
		if d == input.ToClient {
			hooks, plain = sets[i].ToClient, [2]string{"response-started", "response-complete"}
		}
		prefix := "app." + HookProto(app) + "."
		if sets[i].Sub != "" {
			prefix += sets[i].Sub + "."
		}
		for at, h := range hooks {
			keys := []string{prefix + strings.ReplaceAll(h.Name, "_", "-")}
			if at == 0 {
				keys = append(keys, prefix+plain[0])
			}
			if at == len(hooks)-1 {
				keys = append(keys, prefix+plain[1])
			}
			c.t.hooks = append(c.t.hooks, match.HookRec{Step: h.Step, Policy: policy(keys...), Rules: c.t.span(c.rulesAt(app, d, sub, at))})
		}
		s.N = uint32(len(hooks))
		return s
	}
	return match.Span{}
}

// rulesAt are the firewall's rules of a state, in order: its own, and those of
// later states that accept the earlier ones.
func (c *compiler) rulesAt(app input.AppProto, d input.Dir, sub uint8, at int) []uint32 {
	if c.opt.Firewall == nil {
		return nil
	}
	var out []uint32
	for i, x := range c.rules {
		rec := &x.rec
		if rec.Flags&match.RFirewall == 0 || rec.Hook != match.HookApp || rec.Flags&match.RPolicy != 0 || input.AppProto(rec.App) != app || rec.Sub != sub {
			continue
		}
		side := input.ToServer
		if rec.Flags&match.RToClient != 0 {
			side = input.ToClient
		}
		if side == d && (int(rec.At) == at || int(rec.At) > at && rec.Flags&match.RUpTo != 0) {
			out = append(out, uint32(i))
		}
	}
	return out
}
