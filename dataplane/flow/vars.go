package flow

import (
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const varsPerNode = 7

// intVar marks the id of a counter; the rest are bits.
const intVar = 1 << 31

// varNode holds a few variables of one flow: a cache line.
type varNode struct {
	id   [varsPerNode]uint32 // 0: free; ids are stored plus one
	val  [varsPerNode]uint32
	next uint32
	_    uint32
}

// Vars keeps the variables that rules set on flows: flowbits and flowints. A
// flow's variables are a chain of nodes whose head is Record.Vars.
//
// Concurrency: one worker. Limits: a fixed number of nodes; a variable that
// finds none is not set, and Full counts it.
type Vars struct {
	nodes *slab.Slab[varNode]
	Full  uint64
}

// NewVars makes room for n nodes of seven variables each.
func NewVars(n int) (*Vars, error) {
	s, err := slab.NewSlab[varNode](n)
	if err != nil {
		return nil, err
	}
	return &Vars{nodes: s}, nil
}

func (v *Vars) find(f *input.Flow, id uint32) *uint32 {
	if f.Vars == nil {
		return nil
	}
	id++
	for n := *f.Vars; n != 0; {
		node := v.nodes.At(n)
		for i, have := range node.id {
			if have == id {
				return &node.val[i]
			}
		}
		n = node.next
	}
	return nil
}

func (v *Vars) put(f *input.Flow, id, val uint32) {
	if p := v.find(f, id); p != nil {
		*p = val
		return
	}
	if f.Vars == nil {
		return
	}
	id++
	for n := *f.Vars; n != 0; {
		node := v.nodes.At(n)
		for i, have := range node.id {
			if have == 0 {
				node.id[i], node.val[i] = id, val
				return
			}
		}
		n = node.next
	}
	n := v.nodes.Get()
	if n == 0 {
		v.Full++
		return
	}
	node := v.nodes.At(n)
	*node = varNode{next: *f.Vars}
	node.id[0], node.val[0] = id, val
	*f.Vars = n
}

// FlowBit reports whether a bit is set.
func (v *Vars) FlowBit(f *input.Flow, id uint32) bool {
	p := v.find(f, id)
	return p != nil && *p != 0
}

// SetFlowBit sets or clears a bit.
func (v *Vars) SetFlowBit(f *input.Flow, id uint32, on bool) {
	if on {
		v.put(f, id, 1)
	} else if p := v.find(f, id); p != nil {
		*p = 0
	}
}

// FlowInt is a counter; ok is false when it was never set.
func (v *Vars) FlowInt(f *input.Flow, id uint32) (uint32, bool) {
	if p := v.find(f, id|intVar); p != nil {
		return *p, true
	}
	return 0, false
}

// SetFlowInt sets a counter.
func (v *Vars) SetFlowInt(f *input.Flow, id, val uint32) { v.put(f, id|intVar, val) }

// Each calls f for every bit that is set and every counter of a flow, by id.
func (v *Vars) Each(head uint32, f func(id uint32, counter bool, val uint32)) {
	for n := head; n != 0; {
		node := v.nodes.At(n)
		for i, id := range node.id {
			if id != 0 && (id-1)&intVar != 0 || id != 0 && node.val[i] != 0 {
				f((id-1)&^intVar, (id-1)&intVar != 0, node.val[i])
			}
		}
		n = node.next
	}
}

// Release gives a flow's variables back.
func (v *Vars) Release(head uint32) {
	for head != 0 {
		next := v.nodes.At(head).next
		v.nodes.Put(head)
		head = next
	}
}

// Used counts the nodes in use.
func (v *Vars) Used() int { return v.nodes.Used() }
