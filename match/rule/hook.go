package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Hook is the place where a rule is judged, as `protocol:hook` says. The zero
// Hook leaves that to the rule's conditions.
type Hook struct {
	// Sub is the kind of transaction of a protocol that has several (HTTP/2:
	// stream or global).
	Sub  string
	Name string
	// UpTo: the states before the hook are accepted too, as long as the rule may
	// still match (`<hook`).
	UpTo bool
}

// Hooks of packets.
const (
	HookAll       = "all"
	HookFlowStart = "flow_start"
	HookPreFlow   = "pre_flow"
	HookPreStream = "pre_stream"
)

var packetHooks = []string{HookAll, HookFlowStart, HookPreFlow, HookPreStream}

// Packet reports whether the hook is one of packets, not of an application
// protocol.
func (h Hook) Packet() bool { return slices.Contains(packetHooks, h.Name) }

// hook parses what stands behind the protocol. Whether an application protocol
// has a hook of that name is for the compiler to know.
func (p *parser) hook(at int, text string) *Error {
	r := p.r
	h := &r.Hook
	sub, name, two := strings.Cut(text, ":")
	if !two {
		sub, name = "", text
	}
	h.Sub = sub
	if rest, ok := strings.CutPrefix(name, "<"); ok {
		h.UpTo, name = true, rest
	}
	h.Name = name
	if name == "" || two && sub == "" {
		return p.fail(at, "protocol %s:%s names no hook", r.Proto.Name, text)
	}
	if r.Proto.AppID == input.AppUnknown {
		if two || h.UpTo || !h.Packet() {
			return p.fail(at, "unknown hook %q of packets, want %s", text, strings.Join(packetHooks, ", "))
		}
		return nil
	}
	if h.UpTo && (!r.Firewall || r.Action != Accept || r.Scope == ScopePacket) {
		return p.fail(at, "<%s: earlier states are accepted by accept:flow, accept:tx and accept:hook only", name)
	}
	return nil
}

// checkFirewall checks what a firewall's rule must have and may not have.
func (p *parser) checkFirewall(at int) *Error {
	r := p.r
	switch {
	case !r.Firewall:
		return nil
	case r.Hook.Name == "":
		return p.fail(0, "a firewall's rule names its hook: %s:HOOK", r.Proto.Name)
	case r.Transactional:
		return p.fail(at, "=> is not for a firewall's rules: each state has rules of its own")
	case r.Scope == ScopePacket && !r.Hook.Packet() && r.Proto.IP[0]&(1<<17) == 0:
		return p.fail(0, "scope packet does not fit a state of %s, which runs over a stream: write flow, tx or hook", r.Proto.Name)
	case r.Scope == ScopeTx && r.Hook.Packet():
		return p.fail(0, "scope tx does not fit a hook of packets: write packet, flow or hook")
	case r.Action == Config:
		return p.fail(0, "config rules are not there yet in a firewall")
	}
	return nil
}

// parseState reads app-layer-state: a state is a hook, one behind < or > a
// condition on how far the transaction is.
func parseState(p *parser, name, v string) error {
	r := p.r
	if r.Proto.AppID == input.AppUnknown {
		return errors.New("needs a protocol in the rule's header")
	}
	state := strings.TrimLeft(v, "<>")
	if state == "" || len(v)-len(state) > 1 {
		return fmt.Errorf("%q, want a state of %s, perhaps behind < or >", v, r.Proto.App)
	}
	if state == v {
		if r.Hook.Name != "" {
			return fmt.Errorf("the rule is judged in %s already", r.Hook.Name)
		}
		r.Hook.Name = state
		return nil
	}
	r.Lists = append(r.Lists, &List{Buffer: buf.None, Conds: []Cond{&TxCond{Name: name, Args: []string{v[:1], state}}}})
	return nil
}
