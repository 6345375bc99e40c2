package compile

import (
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

var scopeIDs = map[string]match.Scope{"": match.ScopeAuto, rule.ScopePacket: match.ScopePacket, rule.ScopeFlow: match.ScopeFlow,
	rule.ScopeHook: match.ScopeHook, rule.ScopeTx: match.ScopeTx}

var packetHooks = map[string]match.HookKind{rule.HookAll: match.HookAll, rule.HookFlowStart: match.HookFlowStart,
	rule.HookPreFlow: match.HookPreFlow, rule.HookPreStream: match.HookPreStream}

// hooksOf are the states of a protocol, those of its plain transactions first.
func (c *compiler) hooksOf(app input.AppProto) []input.Hooks {
	if h, ok := c.hooks[app]; ok {
		return h
	}
	var h []input.Hooks
	if c.opt.Hooks != nil {
		h = c.opt.Hooks(app)
	}
	if len(h) == 0 {
		h = input.DefaultHooks()
	}
	if c.hooks == nil {
		c.hooks = map[input.AppProto][]input.Hooks{}
	}
	c.hooks[app] = h
	return h
}

// subNumber is the number of a kind of transactions: 0 for the plain one of a
// protocol that has no others, else its place from 1.
func subNumber(sets []input.Hooks, i int) uint8 {
	if sets[i].Sub == "" {
		return 0
	}
	return uint8(i + 1)
}

// hook resolves the hook of a rule's header.
func (c *compiler) hook(x *compiled) error {
	r, rec := x.src, &x.rec
	h := r.Hook
	switch c.stateDir(r) {
	case input.ToServer:
		rec.Flags |= match.RToServer
	case input.ToClient:
		rec.Flags |= match.RToClient
	}
	if h.Name == "" {
		return nil
	}
	if h.Packet() && r.Proto.Name != r.Proto.App {
		rec.Hook = packetHooks[h.Name]
		return nil
	}
	if rec.App2 != 0 && r.Proto.App == "http" {
		return fmt.Errorf("http has no hooks of its own: name http1 or http2")
	}
	sets := c.hooksOf(r.Proto.AppID)
	for i, s := range sets {
		if s.Sub != h.Sub {
			continue
		}
		at, d, ok := findHook(&s, h.Name)
		if !ok {
			return fmt.Errorf("protocol %s has no hook %q; it has %s", r.Proto.App, h.Name, strings.Join(hookNames(&s), ", "))
		}
		rec.Hook, rec.At, rec.Sub = match.HookApp, uint8(at), subNumber(sets, i)
		against := match.RToClient
		if d == input.ToClient {
			against = match.RToServer
		}
		if rec.Flags&against != 0 {
			return fmt.Errorf("hook %s and the rule's direction contradict each other: the rule can never match", h.Name)
		}
		if d == input.ToServer {
			rec.Flags |= match.RToServer
		} else {
			rec.Flags |= match.RToClient
		}
		return nil
	}
	var kinds []string
	for _, s := range sets {
		if s.Sub != "" {
			kinds = append(kinds, s.Sub)
		}
	}
	if len(kinds) > 0 {
		return fmt.Errorf("protocol %s has several kinds of transactions: want %s:KIND:%s with KIND one of %s", r.Proto.App, r.Proto.App, h.Name, strings.Join(kinds, ", "))
	}
	return fmt.Errorf("protocol %s has one kind of transactions: want %s:%s", r.Proto.App, r.Proto.App, h.Name)
}

// stateOp is app-layer-state behind < or >.
func (c *compiler) stateOp(r *rule.Rule, x *rule.TxCond) (match.Op, error) {
	op := match.Op{Code: match.OpAppLayerState, B: match.StateBefore}
	if x.Args[0] == ">" {
		op.B = match.StateBehind
	}
	at, _, ok := findHook(&c.hooksOf(r.Proto.AppID)[0], x.Args[1])
	if !ok {
		return op, fmt.Errorf("app-layer-state: protocol %s has no state %q", r.Proto.App, x.Args[1])
	}
	op.A = int32(at)
	return op, nil
}

// stateDir is the direction of the state that a rule's app-layer-state compares
// with; 0: none.
func (c *compiler) stateDir(r *rule.Rule) input.Dir {
	for _, l := range r.Lists {
		for _, cond := range l.Conds {
			if x, ok := cond.(*rule.TxCond); ok && x.Name == "app-layer-state" {
				_, d, _ := findHook(&c.hooksOf(r.Proto.AppID)[0], x.Args[1])
				return d
			}
		}
	}
	return input.DirUnknown
}

// findHook finds a state by name. The first and the last are known by their plain
// names too.
func findHook(s *input.Hooks, name string) (at int, d input.Dir, ok bool) {
	for _, side := range [...]struct {
		hooks        []input.Hook
		d            input.Dir
		first, final string
	}{{s.ToServer, input.ToServer, "request_started", "request_complete"}, {s.ToClient, input.ToClient, "response_started", "response_complete"}} {
		for i, h := range side.hooks {
			if h.Name == name || i == 0 && name == side.first || i == len(side.hooks)-1 && name == side.final {
				return i, side.d, true
			}
		}
	}
	return 0, 0, false
}

func hookNames(s *input.Hooks) []string {
	var out []string
	for _, h := range append(append([]input.Hook{}, s.ToServer...), s.ToClient...) {
		out = append(out, h.Name)
	}
	return out
}

// HookProto is a protocol's name where its states are meant: http1, not http.
func HookProto(app input.AppProto) string {
	if app == input.AppHTTP1 {
		return "http1"
	}
	return app.String()
}

// hookText is a firewall rule's place as events name it.
func hookText(r *rule.Rule) string {
	switch r.Hook.Name {
	case rule.HookAll, rule.HookFlowStart:
		return "packet:filter"
	case rule.HookPreFlow, rule.HookPreStream:
		return "packet:" + r.Hook.Name
	}
	if r.Hook.Sub != "" {
		return r.Proto.App + ":" + r.Hook.Sub + ":" + r.Hook.Name
	}
	return r.Proto.App + ":" + r.Hook.Name
}

// policyText is what a firewall rule asks for, as events name it.
func policyText(r *rule.Rule) string {
	word := actionName(r.Action)
	if r.Action == rule.Reject {
		word = [...]string{"reject", "rejectsrc", "rejectdst", "rejectboth"}[r.Rejects&3]
	}
	out := word + ":" + r.Scope
	if r.AlsoPass {
		out += ",pass:" + r.Scope
	}
	if r.Alerts() {
		out += ",alert"
	}
	return out
}
