package compile

import (
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

// Bits are the flowbits by name.
func (n *Names) Bits() map[string]uint32 {
	out := map[string]uint32{}
	for k, id := range n.ids {
		if len(k) > 9 && k[:9] == "flowbits\x00" {
			out[k[9:]] = id
		}
	}
	return out
}
