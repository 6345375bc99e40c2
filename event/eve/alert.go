package eve

import "github.com/weir-ips/weir/event"

// unknownRule stands for a rule of a bundle that control no longer has.
var unknownRule = &Rule{GID: 1, Priority: 3, Msg: "rule of an unknown bundle"}

func (e *Encoder) rule(h *event.Head) *Rule {
	if h.Flags&event.HasRule != 0 {
		if r := e.names.Rule(h.Generation, h.RuleIndex); r != nil {
			return r
		}
	}
	return unknownRule
}

// Blocked reports whether alert.action is "blocked": the rule asked for a drop
// or a reject and the engine could do it; a rule whose action was changed on the
// way goes by what became of the packet.
func Blocked(h *event.Head) bool {
	if h.Flags&event.WouldDrop != 0 {
		return false
	}
	if h.Flags&event.ActionModified != 0 {
		return h.Verdict&(event.ActionDrop|event.ActionRejectAny) != 0
	}
	return h.Action&event.ActionRejectAny != 0 || h.Action&event.ActionDrop != 0 && h.Flags&event.Inline != 0
}

// alertOpen writes the alert object but for its closing bracket. In a drop event
// it is without metadata and references.
func (e *Encoder) alertOpen(h *event.Head) {
	r := e.rule(h)
	e.key("alert")
	e.buf = append(e.buf, '{')
	e.comma = false
	action := "allowed"
	if Blocked(h) {
		action = "blocked"
	}
	e.raw("action", action)
	if e.opts.FirewallMode {
		engine := "td"
		if r.Firewall {
			engine = "fw"
		}
		e.raw("engine", engine)
	}
	e.num("gid", uint64(r.GID))
	e.num("signature_id", uint64(r.SID))
	e.num("rev", uint64(r.Rev))
	e.str("signature", r.Msg)
	e.str("category", r.Category)
	e.num("severity", uint64(r.Priority))
	if h.TenantID != 0 {
		e.num("tenant_id", uint64(h.TenantID))
	}
	if r.Target != TargetNone && h.IPVersion != 0 {
		e.side("source", h, r.Target == TargetDestination)
		e.side("target", h, r.Target == TargetSource)
	}
	if h.Kind == event.KindDrop {
		return
	}
	if e.opts.Alert.RuleReference && len(r.References) > 0 {
		e.key("references")
		for i, ref := range r.References {
			b := byte(',')
			if i == 0 {
				b = '['
			}
			e.buf = appendString(append(e.buf, b), []byte(ref))
		}
		e.buf = append(e.buf, ']')
	}
	if e.opts.Alert.RuleMetadata && len(r.Metadata) > 0 {
		e.key("metadata")
		e.buf = append(e.buf, r.Metadata...)
	}
	if e.opts.Alert.RuleRaw {
		e.str("rule", r.Raw)
	}
}

// side writes who attacks or who is attacked: the packet's source or its
// destination.
func (e *Encoder) side(key string, h *event.Head, source bool) {
	a, port := &h.Dst, h.DstPort
	if source {
		a, port = &h.Src, h.SrcPort
	}
	e.key(key)
	e.buf = append(e.buf, '{')
	e.comma = false
	e.ip("ip", a, h.IPVersion)
	if h.Flags&event.HasPorts != 0 {
		e.num("port", uint64(port))
	}
	e.buf = append(e.buf, '}')
	e.comma = true
}

// firewall writes where a firewall rule is hooked and what it asks for.
func (e *Encoder) firewall(h *event.Head) {
	r := e.rule(h)
	if !r.Firewall {
		return
	}
	e.key("firewall")
	e.buf = append(e.buf, '{')
	e.comma = false
	if r.Hook != "" {
		e.str("hook", r.Hook)
	}
	if r.Policy != "" {
		e.str("policy", r.Policy)
	}
	e.buf = append(e.buf, '}')
	e.comma = true
}

// verdict writes what became of the packet.
func (e *Encoder) verdict(h *event.Head) {
	inline := h.Flags&event.Inline != 0 && h.Flags&event.WouldDrop == 0
	v := h.Verdict
	action := "alert"
	switch {
	case v&(event.ActionRejectAny|event.ActionDrop) != 0 && inline:
		action = "drop"
	case v&event.ActionRejectAny != 0:
	case v&event.ActionAccept != 0:
		action = "accept"
	case v&event.ActionPass != 0 && h.Kind == event.KindAlert:
		action = "pass"
	}
	e.key("verdict")
	e.buf = append(e.buf, '{')
	e.comma = false
	e.raw("action", action)
	if v&event.ActionRejectAny != 0 {
		target := "both"
		if v&event.ActionReject != 0 {
			target = "to_client"
		} else if v&event.ActionRejectDst != 0 {
			target = "to_server"
		}
		e.raw("reject_target", target)
		e.key("reject")
		switch {
		case h.IPVersion == 0:
			e.buf = append(e.buf, "[]"...)
		case h.Proto == 6:
			e.buf = append(e.buf, `["tcp-reset"]`...)
		case h.Proto == 17 || h.Proto == 1 || h.Proto == 58:
			e.buf = append(e.buf, `["icmp-prohib"]`...)
		default:
			e.buf = append(e.buf, "[]"...)
		}
	}
	if h.Flags&event.WouldDrop != 0 {
		// Shadow: the rule would have dropped, and did not.
		e.yes("would_drop")
	}
	e.buf = append(e.buf, '}')
	e.comma = true
}
