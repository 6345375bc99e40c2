package compile

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/rule"
)

// withTxEvents gives a rule that asks for an event of a protocol's transactions
// a list for it: such events belong to a transaction, those of protocol detection
// to a packet. The rule itself stays as it is.
func (c *compiler) withTxEvents(r *rule.Rule) *rule.Rule {
	var packet []rule.Cond
	var lists []*rule.List
	for _, cond := range r.Packet {
		e, ok := cond.(*rule.Event)
		if ok && e.Kind == "app-layer-event" {
			if proto, _, ok := c.appEvent(e.Name); ok && proto != 0 {
				lists = append(lists, &rule.List{Buffer: buf.None, Conds: []rule.Cond{e}, Protos: []string{proto.String()}, Dirs: buf.Both})
				continue
			}
		}
		packet = append(packet, cond)
	}
	if lists == nil {
		return r
	}
	out := *r
	out.Packet = packet
	out.Lists = append(r.Lists[:len(r.Lists):len(r.Lists)], lists...)
	return &out
}
