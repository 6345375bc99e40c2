package compile

import (
	"fmt"
	"sort"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// MaxPortGroups bounds the sets of patterns of one protocol class and direction:
// each is memory that scans of other ports push out of the cache.
// Ports beyond share a set that holds those of all of them: too many candidates,
// never too few.
const MaxPortGroups = 64

// group builds the packet groups and the indices of transaction buffers.
func (c *compiler) group() {
	for class := range match.NumClasses {
		var sides [2]side
		for d := range sides {
			sides[d] = c.sideOf(class, d)
		}
		tcp := class == match.ClassTCP
		ts, tc := c.payloadSets(sides[0].any, tcp), c.payloadSets(sides[1].any, tcp)
		for d, o := range []*payloadSets{ts, tc} {
			any := anyPort{c.dbs.add(&o.packet, false), c.dbs.add(&o.stream, false), c.dbs.add(&o.bare, false), o.always}
			c.t.packet = append(c.t.packet, c.packetIndex(&sides[d], any, tcp))
		}
	}
	c.txIndex()
}

// classHas reports whether a rule may match packets of a protocol class.
func classHas(x *compiled, class int) bool {
	p := &x.rec.IPProto
	has := func(n int) bool { return p[n>>6]&(1<<(n&63)) != 0 }
	switch class {
	case match.ClassTCP:
		return has(6)
	case match.ClassUDP:
		return has(17)
	case match.ClassICMP:
		return has(1)
	case match.ClassICMP6:
		return has(58)
	case match.ClassSCTP:
		return has(132)
	case match.ClassNoIP:
		return x.rec.Flags&match.RNoFlow != 0
	}
	for i, w := range p {
		if i == 0 {
			w &^= 1<<1 | 1<<6 | 1<<17 | 1<<58
		}
		if i == 2 {
			w &^= 1 << (132 & 63)
		}
		if w != 0 {
			return true
		}
	}
	return false
}

// side is one direction of a protocol class: the rules for any port, and those
// for some by classes of ports.
type side struct {
	members uint32 // how many rules there are
	any     []uint32
	groups  []portGroup
	ports   *match.PortMap // nil for protocols without
}

// anyPort are the databases of a side's rules for any port, and those that have
// no pattern.
type anyPort struct {
	db, streamDB, bareDB uint32
	always               []uint32
}

// sideOf splits the packet and stream rules of a class and direction by the
// server's port.
func (c *compiler) sideOf(class, d int) side {
	var members []uint32
	for i, x := range c.rules {
		f := x.rec.Flags
		if f&(match.RTx|match.RIPOnly|match.RPolicy) != 0 || x.rec.IsPre() || !classHas(x, class) {
			continue
		}
		if d == 0 && f&match.RToClient != 0 || d == 1 && f&match.RToServer != 0 {
			continue
		}
		members = append(members, uint32(i))
	}
	s := side{members: uint32(len(members))}
	if len(members) == 0 {
		return s
	}
	if class != match.ClassTCP && class != match.ClassUDP && class != match.ClassSCTP {
		s.groups = []portGroup{{members, nil}}
		return s
	}
	s.ports, s.any, s.groups = c.portClasses(members, d)
	return s
}

// packetIndex makes the groups of a side.
func (c *compiler) packetIndex(s *side, any anyPort, tcp bool) match.PacketIndex {
	if s.members == 0 {
		return match.PacketIndex{}
	}
	pi := match.PacketIndex{Groups: match.Span{Off: uint32(len(c.t.groups)), N: uint32(len(s.groups))}}
	for i := range s.groups {
		c.t.groups = append(c.t.groups, c.makeGroup(&s.groups[i], any, tcp))
	}
	if s.ports != nil {
		c.t.portMaps = append(c.t.portMaps, *s.ports)
		pi.PortMap = uint32(len(c.t.portMaps))
	}
	return pi
}

// portClasses splits the ports into classes whose rules are the same. Rules
// for any port are in all and come apart.
func (c *compiler) portClasses(members []uint32, d int) (pm *match.PortMap, any []uint32, groups []portGroup) {
	type event struct {
		port  int
		rule  uint32
		start bool
	}
	var events []event
	for _, id := range members {
		x := c.rules[id]
		s := &x.src.DstPort
		if (d == 1) != x.swap {
			s = &x.src.SrcPort
		}
		if s.Any {
			any = append(any, id)
			continue
		}
		for _, r := range s.Ranges {
			events = append(events, event{int(r.Lo), id, true}, event{int(r.Hi) + 1, id, false})
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].port < events[j].port })
	pm = new(match.PortMap)
	var sets [][]uint32
	classes := map[string]int{}
	var ports []int // how many ports each class has
	active := map[uint32]int{}
	at := 0
	assign := func(lo, hi int) {
		if lo >= hi {
			return
		}
		var ids []uint32
		for id := range active {
			ids = append(ids, id)
		}
		sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
		k := string(match.Octets(ids))
		n, ok := classes[k]
		if !ok {
			n = len(sets)
			classes[k] = n
			sets = append(sets, ids)
			ports = append(ports, 0)
		}
		ports[n] += hi - lo
		for p := lo; p < hi; p++ {
			pm[p] = uint16(n)
		}
	}
	for i := 0; i < len(events); {
		assign(at, events[i].port)
		at = events[i].port
		for ; i < len(events) && events[i].port == at; i++ {
			if events[i].start {
				active[events[i].rule]++
			} else if active[events[i].rule]--; active[events[i].rule] == 0 {
				delete(active, events[i].rule)
			}
		}
	}
	assign(at, 65536)
	return pm, any, c.portGroups(pm, sets, ports)
}

// portGroups puts the patterns of port classes together where there are too many
// classes. Rules without a pattern stay with their own ports: each would be a
// candidate for every packet of the others.
func (c *compiler) portGroups(pm *match.PortMap, sets [][]uint32, ports []int) []portGroup {
	pats, of, count := [][]uint32{}, make([]int, len(sets)), []int{}
	always := make([][]uint32, len(sets))
	seen := map[string]int{}
	for i, set := range sets {
		var with []uint32
		for _, id := range set {
			if f := c.rules[id].fast; f != nil && f.isPayload() {
				with = append(with, id)
			} else {
				always[i] = append(always[i], id)
			}
		}
		k := string(match.Octets(with))
		n, ok := seen[k]
		if !ok {
			n = len(pats)
			seen[k] = n
			pats, count = append(pats, with), append(count, 0)
		}
		of[i] = n
		count[n] += ports[i]
	}
	to, merged := mergeClasses(pats, count)
	var out []portGroup
	number := make([]uint16, len(sets))
	groups := map[string]uint16{}
	for i := range sets {
		k := fmt.Sprint(to[of[i]], always[i])
		n, ok := groups[k]
		if !ok {
			n = uint16(len(out))
			groups[k] = n
			out = append(out, portGroup{merged[to[of[i]]], always[i]})
		}
		number[i] = n
	}
	for p := range pm {
		pm[p] = number[pm[p]]
	}
	return out
}

// portGroup is the rules of a class of ports: those with a pattern, possibly
// together with other classes', and those without.
type portGroup struct{ patterns, always []uint32 }

// mergeClasses keeps the sets that most ports have or that are largest, and puts
// the rest together. It says where each went.
func mergeClasses(sets [][]uint32, ports []int) (to []int, out [][]uint32) {
	to = make([]int, len(sets))
	order := make([]int, len(sets))
	for i := range order {
		to[i], order[i] = i, i
	}
	if len(sets) <= MaxPortGroups {
		return to, sets
	}
	// Sets with many rules of their own gain most from a database of their own; the
	// one with the most ports is everybody's default.
	sort.SliceStable(order, func(a, b int) bool {
		x, y := order[a], order[b]
		if (ports[x] > 1000) != (ports[y] > 1000) {
			return ports[x] > 1000
		}
		return len(sets[x]) > len(sets[y])
	})
	rest := map[uint32]bool{}
	for k, i := range order {
		if k < MaxPortGroups-1 {
			to[i] = len(out)
			out = append(out, sets[i])
			continue
		}
		to[i] = MaxPortGroups - 1
		for _, id := range sets[i] {
			rest[id] = true
		}
	}
	var merged []uint32
	for id := range rest {
		merged = append(merged, id)
	}
	sort.Slice(merged, func(i, j int) bool { return merged[i] < merged[j] })
	return to, append(out, merged)
}

// makeGroup builds the databases of the rules for a group's ports and joins those
// for any.
func (c *compiler) makeGroup(g *portGroup, any anyPort, tcp bool) match.Group {
	o := c.payloadSets(g.patterns, tcp)
	always := append(append(o.always, g.always...), any.always...)
	sort.Slice(always, func(i, j int) bool { return always[i] < always[j] })
	return match.Group{
		DB: c.dbs.add(&o.packet, false), StreamDB: c.dbs.add(&o.stream, false), BareDB: c.dbs.add(&o.bare, false),
		AnyDB: any.db, AnyStreamDB: any.streamDB, AnyBareDB: any.bareDB, Always: c.t.span(always)}
}

// payloadSets are the patterns of rules whose fast pattern lies in the payload,
// and the other rules. bare are those of packet that a scan of the stream around a
// payload does not find: patterns at a place of the packet. The others stand in the
// stream's set, too, whether their rules are held against streams or not: with inline
// views, which hold the payload, it makes candidates for both in one pass.
type payloadSets struct {
	packet, stream, bare patternSet
	always               []uint32
}

func (c *compiler) payloadSets(members []uint32, tcp bool) *payloadSets {
	p := &payloadSets{}
	for _, id := range members {
		f := c.rules[id].fast
		if f == nil || !f.isPayload() {
			p.always = append(p.always, id)
			continue
		}
		if f.usesPacket() {
			fastSet(&p.packet, f, id)
		}
		if !tcp {
			continue // nothing else has a stream
		}
		if f.usesPacket() && f.pat.anchored {
			fastSet(&p.bare, f, id)
		}
		if f.usesStream() || !f.pat.anchored {
			fastSet(&p.stream, f, id)
		}
	}
	return p
}

// txIndex groups the transaction rules by application protocol, direction and
// buffer.
func (c *compiler) txIndex() {
	type place struct {
		app input.AppProto
		d   int
	}
	sets := map[place]map[uint32]*patternSet{}
	always := map[place][]uint32{}
	for i, x := range c.rules {
		if x.rec.Flags&match.RTx == 0 || x.rec.Flags&match.RFirewall != 0 {
			continue
		}
		frame := x.rec.Flags&match.RFrame != 0
		for app := input.AppProto(2); app <= match.FrameRow; app++ {
			if frame != (app == match.FrameRow) || !frame && !ruleRunsOn(x, app) {
				continue
			}
			for d := range 2 {
				if d == 0 && x.rec.Flags&match.RToClient != 0 || d == 1 && x.rec.Flags&match.RToServer != 0 {
					continue
				}
				pl := place{app, d}
				if x.fast == nil || x.fast.isPayload() {
					always[pl] = append(always[pl], uint32(i))
					continue
				}
				if sets[pl] == nil {
					sets[pl] = map[uint32]*patternSet{}
				}
				k := x.fast.list.key
				if side := x.fast.list.src.Dir; x.src.Transactional && side != 0 && int(side) != d+1 {
					continue
				}
				if c.t.keys[k].Flags&[2]uint16{match.KTS, match.KTC}[d] == 0 {
					continue
				}
				if sets[pl][k] == nil {
					sets[pl][k] = &patternSet{}
				}
				fastSet(sets[pl][k], x.fast, uint32(i))
			}
		}
	}
	for app := range match.FrameRow + 1 {
		for d := range 2 {
			pl := place{app, d}
			ai := match.AppIndex{Always: c.t.span(always[pl])}
			ai.Tx.Off = uint32(len(c.t.tx))
			keys := make([]uint32, 0, len(sets[pl]))
			for k := range sets[pl] {
				keys = append(keys, k)
			}
			sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
			for _, k := range keys {
				c.t.tx = append(c.t.tx, match.TxIndex{Key: k, DB: c.dbs.add(sets[pl][k], c.t.keys[k].Flags&match.KWindow == 0)})
			}
			ai.Tx.N = uint32(len(keys))
			c.t.app = append(c.t.app, ai)
		}
	}
}

// ruleRunsOn reports whether a rule may match transactions of a protocol.
func ruleRunsOn(x *compiled, app input.AppProto) bool {
	if x.rec.App != 0 {
		return x.rec.RunsOn(app)
	}
	for i := range x.lists {
		if row := rowOf(x.lists[i].src); row != nil && !row(app) {
			return false
		}
	}
	return true
}

// ipOnly builds the table of the address-only rules: by source where a rule
// names one, by destination else.
func (c *compiler) ipOnly() {
	for side := range uint8(2) {
		var v4, v6 []ipRange
		for i, x := range c.rules {
			if x.rec.Flags&match.RIPOnly == 0 {
				continue
			}
			s := &x.src.Src
			other := &x.src.Dst
			if x.swap {
				s, other = other, s
			}
			if side == 1 {
				if !s.Any {
					continue
				}
				s = other
			} else if s.Any {
				continue
			}
			for _, r := range s.V4 {
				v4 = append(v4, ipRange{v4Addr(r.Lo), v4Addr(r.Hi), uint32(i)})
			}
			for _, r := range s.V6 {
				v6 = append(v6, ipRange{r.Lo, r.Hi, uint32(i)})
			}
		}
		c.t.addIPOnly(side, 4, v4)
		c.t.addIPOnly(side, 6, v6)
	}
	var any []uint32
	for i, x := range c.rules {
		if x.rec.Flags&match.RIPOnly != 0 && x.src.Src.Any && x.src.Dst.Any {
			any = append(any, uint32(i))
		}
	}
	if len(any) > 0 {
		c.t.ipOnly = append(c.t.ipOnly, match.IPOnlyRange{Side: 2, Refs: c.t.span(any)})
	}
}

// String names a rule in messages.
func (x *compiled) String() string { return fmt.Sprintf("sid %d", x.src.SID) }
