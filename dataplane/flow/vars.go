package flow

import (
	"math"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const varsPerNode = 7

// What a variable is stands in the top two bits of its stored id.
const (
	octetVar   = 1 << 30 // val is the place of its octets
	intVar     = 1 << 31 // a counter
	entropyVar = 3 << 30 // val is the place of eight octets, a float64
	kindMask   = 3 << 30
)

// VarKind is what a flow's variable is.
type VarKind uint8

// Kinds of variables.
const (
	VarBit VarKind = iota
	VarOctets
	VarInt
	VarEntropy
)

// varNode holds a few variables of one flow: a cache line.
type varNode struct {
	id   [varsPerNode]uint32 // 0: free; ids are stored plus one
	val  [varsPerNode]uint32
	next uint32
	_    uint32
}

// Vars keeps the variables that rules set on flows: flowbits, flowints, flowvars
// and the entropy of buffers. A flow's variables are a chain of nodes, in the
// order in which they were set, whose head is Record.Vars.
//
// Concurrency: one worker. Limits: a fixed number of nodes and of octets; a
// variable that finds none is not set, and Full counts it.
type Vars struct {
	nodes  *slab.Slab[varNode]
	octets *slab.Bytes
	Full   uint64
}

// maxOctets of all flowvars and entropies of a worker together.
const maxOctets = 16 << 20

// NewVars makes room for n nodes of seven variables each.
func NewVars(n int) (*Vars, error) {
	s, err := slab.NewSlab[varNode](n)
	if err != nil {
		return nil, err
	}
	b, err := slab.NewBytes(maxOctets)
	if err != nil {
		return nil, err
	}
	return &Vars{nodes: s, octets: b}, nil
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

func (v *Vars) put(f *input.Flow, id, val uint32) bool {
	if p := v.find(f, id); p != nil {
		*p = val
		return true
	}
	if f.Vars == nil {
		return false
	}
	id++
	last := uint32(0)
	for n := *f.Vars; n != 0; {
		node := v.nodes.At(n)
		for i, have := range node.id {
			if have == 0 {
				node.id[i], node.val[i] = id, val
				return true
			}
		}
		last, n = n, node.next
	}
	n := v.nodes.Get()
	if n == 0 {
		v.Full++
		return false
	}
	node := v.nodes.At(n)
	*node = varNode{}
	node.id[0], node.val[0] = id, val
	if last == 0 {
		*f.Vars = n
	} else {
		v.nodes.At(last).next = n
	}
	return true
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

// headLen is the length that stands before the octets of a variable.
const headLen = 2

// data are the octets of a place.
func (v *Vars) data(place uint32) []byte {
	off := int(place-1) << 6
	n := int(v.octets.At(off, headLen)[0]) | int(v.octets.At(off, headLen)[1])<<8
	return v.octets.At(off, headLen+n)[headLen:]
}

// keep copies octets and returns their place, 0 when there is no room.
func (v *Vars) keep(d []byte) uint32 {
	d = d[:min(len(d), math.MaxUint16)]
	b := v.octets.Get(headLen + len(d))
	if b == nil {
		v.Full++
		return 0
	}
	b = append(b, byte(len(d)), byte(len(d)>>8))
	b = append(b, d...)
	return uint32(v.octets.Offset(b)>>6) + 1
}

func (v *Vars) drop(place uint32) {
	if place != 0 {
		off := int(place-1) << 6
		v.octets.Put(v.octets.At(off, headLen+len(v.data(place))))
	}
}

// FlowVar is a variable of octets; nil when it was never set.
func (v *Vars) FlowVar(f *input.Flow, id uint32) []byte {
	if p := v.find(f, id|octetVar); p != nil && *p != 0 {
		return v.data(*p)
	}
	return nil
}

// SetFlowVar sets a variable of octets; they are copied.
func (v *Vars) SetFlowVar(f *input.Flow, id uint32, d []byte) {
	place := v.keep(d)
	if place == 0 {
		return
	}
	if p := v.find(f, id|octetVar); p != nil {
		v.drop(*p)
		*p = place
	} else if !v.put(f, id|octetVar, place) {
		v.drop(place)
	}
}

// SetEntropy notes a number that was computed; the last one counts.
func (v *Vars) SetEntropy(f *input.Flow, id uint32, x float64) {
	var b [8]byte
	u := math.Float64bits(x)
	for i := range b {
		b[i] = byte(u >> (8 * i))
	}
	if p := v.find(f, id|entropyVar); p != nil {
		copy(v.data(*p), b[:])
		return
	}
	if place := v.keep(b[:]); place != 0 && !v.put(f, id|entropyVar, place) {
		v.drop(place)
	}
}

// Variable is one variable of a flow, as Next gives it.
type Variable struct {
	ID   uint32
	Kind VarKind
	Num  uint32  // of a counter
	Real float64 // of an entropy
	Data []byte  // of octets; borrowed until the flow's variables change
}

// Cursor walks the variables of a flow in the order in which they were set.
type Cursor struct {
	node uint32
	i    int
}

// Walk starts at the head of a flow's variables.
func Walk(head uint32) Cursor { return Cursor{node: head} }

// Next is the next variable that is set; false behind the last.
func (v *Vars) Next(c *Cursor, x *Variable) bool {
	for c.node != 0 {
		node := v.nodes.At(c.node)
		for c.i < varsPerNode {
			id, val := node.id[c.i], node.val[c.i]
			c.i++
			if id == 0 {
				continue
			}
			*x = Variable{ID: (id - 1) &^ kindMask}
			switch (id - 1) & kindMask {
			case intVar:
				x.Kind, x.Num = VarInt, val
			case octetVar:
				x.Kind, x.Data = VarOctets, v.data(val)
			case entropyVar:
				x.Kind = VarEntropy
				u := uint64(0)
				for i, b := range v.data(val) {
					u |= uint64(b) << (8 * i)
				}
				x.Real = math.Float64frombits(u)
			default:
				if val == 0 {
					continue
				}
			}
			return true
		}
		c.node, c.i = node.next, 0
	}
	return false
}

// Release gives a flow's variables back.
func (v *Vars) Release(head uint32) {
	for head != 0 {
		node := v.nodes.At(head)
		for i, id := range node.id {
			if id != 0 && (id-1)&octetVar != 0 {
				v.drop(node.val[i])
			}
		}
		next := node.next
		v.nodes.Put(head)
		head = next
	}
}

// Used counts the nodes in use.
func (v *Vars) Used() int { return v.nodes.Used() }
