package counter

import (
	"strconv"
	"strings"
)

// node is a name's part: an object with children, or a counter.
type node struct {
	name     string
	id       ID
	children []*node
}

// tree makes nested objects of the dotted names, in the order of the counters.
// A name that is also another's prefix keeps both: the counter stands in the
// object under "total".
func (s *Set) tree() *node {
	root := &node{id: Nowhere}
	for i, e := range s.entries {
		if e.name == "" {
			continue
		}
		n := root
		for _, part := range strings.Split(e.name, ".") {
			n = n.child(part)
		}
		n.id = ID(i)
	}
	return root
}

func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	c := &node{name: name, id: Nowhere}
	n.children = append(n.children, c)
	return c
}

// Row is a set of values to print, and those of the time before for deltas.
type Row struct {
	Now, Before []uint64
	// Nulls prints counters that are zero, as eve-log's null-values does.
	Nulls bool
	// Deltas adds NAME_delta beside every counter.
	Deltas bool
}

// AppendMembers appends the members of a stats object (without its braces) to
// dst as JSON, nested by the dots of the names; decoder.avg_pkt_size is made
// from its parts. An empty result means that all is zero.
func (s *Set) AppendMembers(dst []byte, r Row) []byte {
	return s.members(dst, s.root, &r)
}

func (s *Set) members(dst []byte, n *node, r *Row) []byte {
	first := true
	comma := func() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
	}
	number := func(name string, v uint64) {
		comma()
		dst = append(dst, '"')
		dst = append(dst, name...)
		dst = append(dst, `":`...)
		dst = strconv.AppendUint(dst, v, 10)
	}
	if n.id != Nowhere {
		if v := at(r.Now, n.id); v != 0 || r.Nulls {
			number("total", v)
		}
	}
	for _, c := range n.children {
		if len(c.children) > 0 {
			mark, wasFirst := len(dst), first
			comma()
			dst = append(dst, '"')
			dst = append(dst, c.name...)
			dst = append(dst, `":{`...)
			inner := len(dst)
			dst = s.members(dst, c, r)
			if len(dst) == inner {
				dst, first = dst[:mark], wasFirst
				continue
			}
			dst = append(dst, '}')
			continue
		}
		v := at(r.Now, c.id)
		if v == 0 && !r.Nulls {
			continue
		}
		number(c.name, v)
		if c.id == DecodeBytes && at(r.Now, DecodePkts) > 0 {
			number("avg_pkt_size", v/at(r.Now, DecodePkts))
		}
		if r.Deltas && !s.Gauge(c.id) {
			number(c.name+"_delta", v-min(v, at(r.Before, c.id)))
		}
	}
	return dst
}
