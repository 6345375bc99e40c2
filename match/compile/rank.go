package compile

import (
	"regexp"
	"slices"

	"github.com/weir-ips/weir/match/rule"
)

// sortKey is the order of evaluation: by action, then those who set variables
// before those who ask for them, kind by kind, then by priority and sid.
type sortKey struct {
	table, state, file                       int // of a firewall's rules
	action                                   int
	bits, ints, flowvar, pktvar, hosts, pair int
	priority                                 int
	sid                                      uint32
}

func (a *sortKey) less(b *sortKey) bool {
	for _, d := range [...]int{a.table - b.table, a.state - b.state, a.file - b.file, a.action - b.action, b.bits - a.bits, b.ints - a.ints, b.flowvar - a.flowvar,
		b.pktvar - a.pktvar, b.hosts - a.hosts, b.pair - a.pair, a.priority - b.priority} {
		if d != 0 {
			return d < 0
		}
	}
	return a.sid < b.sid
}

// defaultOrder is the default of action-order.
var defaultOrder = []string{"pass", "drop", "reject", "alert"}

// actionRanks gives each action its place; what the order does not name comes
// last.
func actionRanks(order []string) map[rule.Action]int {
	if len(order) == 0 {
		order = defaultOrder
	}
	out := map[rule.Action]int{rule.Config: len(order)}
	for a := rule.Alert; a <= rule.Reject; a++ {
		if out[a] = slices.Index(order, actionName(a)); out[a] < 0 {
			out[a] = len(order)
		}
	}
	return out
}

// uses says what a rule does with a kind of variable.
type uses struct{ read, write bool }

// rank is higher for what comes earlier: setters alone, then those that set and
// ask, then those that ask, then those that do neither.
func (u uses) rank() int {
	switch {
	case u.write && !u.read:
		return 4
	case u.write:
		return 3
	case u.read:
		return 2
	}
	return 1
}

func (c *compiler) rankOf(r *rule.Rule) sortKey {
	if r.Firewall {
		return sortKey{file: len(c.rules)}
	}
	k := sortKey{action: c.actions[r.Action], priority: r.Priority, sid: r.SID}
	use := map[string]uses{}
	note := func(kind string, write bool) {
		u := use[kind]
		if write {
			u.write = true
		} else {
			u.read = true
		}
		use[kind] = u
	}
	for _, c := range r.Packet {
		if v, ok := c.(*rule.Var); ok {
			note(varKind(v), false)
		}
		noteVar(c, note)
	}
	for _, c := range r.Post {
		// Only hostbits count among the setters of hosts, and nothing among those
		// of pairs: that is how the order has always been.
		if v, ok := c.(*rule.Var); ok && v.Kind != "xbits" {
			note(varKind(v), true)
		}
	}
	for _, l := range r.Lists {
		for _, c := range l.Conds {
			noteVar(c, note)
		}
	}
	k.bits, k.ints, k.flowvar, k.pktvar = use["flowbits"].rank(), use["flowint"].rank(), use["flowvar"].rank(), use["pktvar"].rank()
	k.hosts, k.pair = use["hosts"].rank(), use["pair"].rank()
	return k
}

// varKind is the kind that a variable is ordered by.
func varKind(v *rule.Var) string {
	switch v.Kind {
	case "xbits", "hostbits":
		// A condition of hostbits is not looked at, one of xbits is.
		switch {
		case v.Kind == "hostbits" && (v.Cmd == "isset" || v.Cmd == "isnotset"):
			return "none"
		case v.Track == "ip_pair":
			return "pair"
		case v.Track == "tx":
			return "none"
		}
		return "hosts"
	}
	return v.Kind
}

// namedCapture finds the groups of an expression that fill variables by their names.
var namedCapture = regexp.MustCompile(`\(\?P?<(flow|pkt)_`)

// noteVar notes flowvar and pktvar: captures set them, the keywords ask.
func noteVar(c rule.Cond, note func(kind string, write bool)) {
	switch x := c.(type) {
	case *rule.PCRE:
		for _, g := range x.Captures {
			note(g.Kind+"var", true)
		}
		for _, m := range namedCapture.FindAllStringSubmatch(x.Expr, -1) {
			note(m[1]+"var", true)
		}
	case *rule.Simple:
		if x.Name == "flowvar" || x.Name == "pktvar" {
			note(x.Name, false)
		}
	}
}
