package match

import (
	"bytes"

	"github.com/weir-ips/weir/match/input"
)

// VarKind is where a captured variable lives.
type VarKind uint8

// Kinds of variables that hold octets.
const (
	VarFlow  VarKind = iota + 1 // with the flow
	VarPkt                      // for the packet that is judged
	VarAlert                    // with the alert of the rule that captured it
	VarJSON                     // so, and it is JSON: what a data set knows of a value
)

// Bounds of what one packet's rules can capture. What is beyond is not kept.
const (
	maxPending = 16 // by the rule that is judged
	maxKept    = 64 // by all rules of the packet
	// MaxVar is the most octets of a variable.
	MaxVar = 4096
)

// Var is a captured variable: the number of its name and its octets, which are
// borrowed from the buffer until the packet is judged.
type Var struct {
	ID   uint32
	Kind VarKind
	Rule uint32 // of VarAlert
	Data []byte
}

// captures are the variables of the packet that is judged.
type captures struct {
	pending [maxPending]Var // of the rule that is judged
	npend   int
	kept    [maxKept]Var // of the packet and of alerts
	nkept   int
}

func (c *captures) begin() {
	for i := range c.kept[:c.nkept] {
		c.kept[i].Data = nil
	}
	c.npend, c.nkept = 0, 0
}

// ruleBegins forgets what a rule that did not match has captured and wanted
// replaced.
func (e *Engine) ruleBegins() { e.vars.npend, e.repl.npend = 0, 0 }

// add notes a captured variable; a later place of the same rule replaces it.
func (c *captures) add(kind VarKind, id uint32, data []byte) {
	if len(data) > MaxVar {
		data = data[:MaxVar]
	}
	for i := range c.pending[:c.npend] {
		if v := &c.pending[i]; v.Kind == kind && v.ID == id {
			v.Data = data
			return
		}
	}
	if c.npend == maxPending {
		return
	}
	c.pending[c.npend] = Var{ID: id, Kind: kind, Data: data}
	c.npend++
}

// commitVars keeps what a rule that matched has captured.
func (e *Engine) commitVars(rule uint32, f *input.Flow) {
	c := &e.vars
	for i := range c.pending[:c.npend] {
		v := &c.pending[i]
		if v.Kind == VarFlow {
			if f != nil {
				e.state.SetFlowVar(f, v.ID, v.Data)
			}
			continue
		}
		v.Rule = rule
		c.keep(v)
	}
	c.npend = 0
}

// keep stores a variable of the packet, once a name, or of an alert.
func (c *captures) keep(v *Var) {
	for i := range c.kept[:c.nkept] {
		k := &c.kept[i]
		if k.Kind == v.Kind && k.ID == v.ID && (v.Kind == VarPkt || k.Rule == v.Rule) {
			k.Data = v.Data
			return
		}
	}
	if c.nkept < maxKept {
		c.kept[c.nkept] = *v
		c.nkept++
	}
}

// Kept are the variables of the packet that was judged last and of its alerts.
func (e *Engine) Kept() []Var { return e.vars.kept[:e.vars.nkept] }

// Name is the name of variable id, borrowed from the bundle; empty for one that
// the bundle does not know.
func (b *Bundle) Name(id uint32) string {
	if int(id) >= len(b.Names) {
		return ""
	}
	return b.Text(b.Names[id])
}

// Text is a text of the bundle; empty for one that lies outside.
func (b *Bundle) Text(r NameRec) string {
	if uint64(r.Off)+uint64(r.Len) > uint64(len(b.Blob)) {
		return ""
	}
	return stringOf(b.Blob[r.Off : r.Off+r.Len])
}

// hasPktVar asks whether a variable of the packet holds the octets Off..Len.
func (e *Engine) hasPktVar(op *Op) bool {
	want := e.b.Blob[op.Off : op.Off+op.Len]
	for i := range e.vars.kept[:e.vars.nkept] {
		if v := &e.vars.kept[i]; v.Kind == VarPkt && v.ID == uint32(op.X) {
			return bytes.Contains(v.Data, want) != op.Neg
		}
	}
	return op.Neg
}

// hasFlowVar asks whether a variable of the flow holds the octets Off..Len.
func (e *Engine) hasFlowVar(op *Op, f *input.Flow) bool {
	v := e.state.FlowVar(f, uint32(op.X))
	if v == nil {
		return op.Neg
	}
	return bytes.Contains(v, e.b.Blob[op.Off:op.Off+op.Len]) != op.Neg
}

// elephantIs asks whether a direction carries very much: A is a set of
// directions (bit 0 to server, 1 to client), B says whether all of them must.
func elephantIs(op *Op, p *input.Packet) bool {
	if p.Flow == nil {
		return false
	}
	have := int32(p.Flow.Elephant) & op.A
	if op.B != 0 {
		return have == op.A
	}
	return have != 0
}

// Sides of OpIPRep and OpGeoIP in Op.A.
const (
	AddrSrc int32 = iota
	AddrDst
	AddrBoth // both sides must be in the set
	AddrAny  // one side is enough
)

// sideHasAddr asks whether the addresses of a packet are in the set X.
func (e *Engine) sideHasAddr(op *Op, p *input.Packet) bool {
	if p.IPVersion == 0 {
		return false
	}
	set := uint32(op.X)
	src := op.A != AddrDst && e.b.hasAddr(set, &p.Src, p.IPVersion) != op.Neg
	dst := op.A != AddrSrc && e.b.hasAddr(set, &p.Dst, p.IPVersion) != op.Neg
	if op.A == AddrBoth {
		return src && dst
	}
	return src || dst
}
