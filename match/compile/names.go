package compile

import (
	"maps"
	"strings"

	"github.com/weir-ips/weir/match"
)

// Names gives variables numbers that stay the same across bundles: flowbits,
// flowints, xbits and hostbits set under one policy are understood by the next.
type Names struct {
	ids  map[string]uint32
	next uint32
}

// NewNames starts without any.
func NewNames() *Names { return &Names{ids: map[string]uint32{}} }

// ID is the number of a variable of a kind ("flowbits", "xbits", …).
func (n *Names) ID(kind, name string) uint32 {
	k := kind + "\x00" + name
	id, ok := n.ids[k]
	if !ok {
		id = n.next
		n.next++
		n.ids[k] = id
	}
	return id
}

// records are the names by number, for a bundle.
func (n *Names) records(put func([]byte) (off, size uint32)) []match.NameRec {
	out := make([]match.NameRec, n.next)
	for k, id := range n.ids {
		_, name, _ := strings.Cut(k, "\x00")
		out[id].Off, out[id].Len = put([]byte(name))
	}
	return out
}

// All are the numbers by kind and name, as ReadMeta gives them back.
func (n *Names) All() map[string]uint32 { return maps.Clone(n.ids) }

// Adopt takes over the numbers of another compilation, as far as they do not
// contradict the own ones: a bundle with other numbers would read variables that
// another rule set.
func (n *Names) Adopt(ids map[string]uint32) bool {
	owner := make(map[uint32]string, len(n.ids))
	for k, id := range n.ids {
		owner[id] = k
	}
	for k, id := range ids {
		if have, ok := n.ids[k]; ok && have != id {
			return false
		}
		if other, ok := owner[id]; ok && other != k {
			return false
		}
	}
	for k, id := range ids {
		n.ids[k] = id
		n.next = max(n.next, id+1)
	}
	return true
}
