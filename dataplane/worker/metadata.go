package worker

import (
	"strings"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// Flowbits with these prefixes say what traffic is; events tell the rest of their
// names as traffic.id and traffic.label.
const (
	trafficID    = "traffic/id/"
	trafficLabel = "traffic/label/"
)

// metadata writes the variables of a packet's flow and, while the packet is
// judged, those of the packet.
func (w *Worker) metadata(wr *event.Writer, slot uint32, judged bool) {
	if !w.cfg.Log.Vars || w.cur == nil {
		return
	}
	head := uint32(0)
	if slot != 0 {
		head = w.flows.At(slot).Vars
	}
	var kept []match.Var
	if judged {
		kept = w.engine.Kept()
	}
	if head == 0 && len(kept) == 0 {
		return
	}
	w.traffic(wr, head)
	m := member{wr: wr, parent: "metadata"}
	m.list("flowbits", event.TypeArr)
	w.eachVar(head, flow.VarBit, func(name string, x *flow.Variable) {
		m.open()
		wr.StrConst("", name)
	})
	m.close()
	m.list("flowvars", event.TypeArr)
	w.eachVar(head, flow.VarOctets, func(name string, x *flow.Variable) {
		m.open()
		wr.Obj("")
		wr.Str(name, x.Data)
		wr.End()
	})
	m.close()
	m.list("pktvars", event.TypeArr)
	for i := range kept {
		v := &kept[i]
		if name := w.cur.Bundle.Name(v.ID); v.Kind == match.VarPkt && name != "" {
			m.open()
			wr.Obj("")
			wr.Str(name, v.Data)
			wr.End()
		}
	}
	m.close()
	m.list("flowints", event.TypeObj)
	w.eachVar(head, flow.VarInt, func(name string, x *flow.Variable) {
		m.open()
		wr.Uint(name, uint64(x.Num))
	})
	m.close()
	m.list("entropy", event.TypeObj)
	w.eachVar(head, flow.VarEntropy, func(name string, x *flow.Variable) {
		m.open()
		wr.Float(name, x.Real)
	})
	m.close()
	m.end()
}

// emitVars tells of a packet that variables were saved of.
func (w *Worker) emitVars(wt *waiting) {
	saved := false
	kept := w.engine.Kept()
	for i := range kept {
		saved = saved || kept[i].Kind == match.VarPkt
	}
	if !saved {
		return
	}
	wr := w.begin(event.KindMetadata)
	if wr == nil {
		return
	}
	w.head(wr.Head(), wt.p, wt.slot)
	w.metadata(wr, wt.slot, true)
	w.writeEther(wr, wt.p)
	w.cfg.Ring.Commit()
}

// measure counts what a flow carries and notes when it becomes an elephant.
func (w *Worker) measure(slot uint32, r *flow.Record, d input.Dir, octets int, timeUS int64) {
	all, now := w.rates.Count(slot, r.Seq, d, octets, timeUS)
	if now == 0 {
		return
	}
	if all == now {
		w.ctr.Inc(counter.FlowElephant)
	}
	if now&1 != 0 {
		w.ctr.Inc(counter.FlowElephantToserver)
	} else {
		w.ctr.Inc(counter.FlowElephantToclient)
	}
}

// transport writes what events tell of a packet's transport header.
func transport(wr *event.Writer, p *packet.Packet) {
	switch p.Proto {
	case 2:
		event.WriteIGMP(wr, p.L4(), &p.Dst)
	case 132:
		event.WriteSCTP(wr, p.L4(), int(p.SCTPChunks))
	}
}

// traffic writes what flowbits say of the traffic.
func (w *Worker) traffic(wr *event.Writer, head uint32) {
	m := member{wr: wr, parent: "traffic"}
	for _, of := range [...]struct{ key, prefix string }{{"id", trafficID}, {"label", trafficLabel}} {
		m.list(of.key, event.TypeArr)
		w.eachVar(head, flow.VarBit, func(name string, _ *flow.Variable) {
			if rest, ok := strings.CutPrefix(name, of.prefix); ok && rest != "" {
				m.open()
				wr.StrConst("", rest)
			}
		})
		m.close()
	}
	m.end()
}

// eachVar calls f for the variables of a kind whose names the bundle knows.
func (w *Worker) eachVar(head uint32, k flow.VarKind, f func(name string, x *flow.Variable)) {
	x := &w.variable
	for c := flow.Walk(head); w.vars.Next(&c, x); {
		if x.Kind != k {
			continue
		}
		if name := w.cur.Bundle.Name(x.ID); name != "" {
			f(name, x)
		}
	}
}

// member is an object of lists that are written only when there is something to
// put into them.
type member struct {
	wr     *event.Writer
	parent string
	key    string
	kind   event.Type
	begun  bool // the parent was opened
	inside bool // the list was opened
}

func (m *member) list(key string, kind event.Type) { m.key, m.kind, m.inside = key, kind, false }

func (m *member) open() {
	if !m.begun {
		m.wr.Obj(m.parent)
		m.begun = true
	}
	if m.inside {
		return
	}
	m.inside = true
	if m.kind == event.TypeArr {
		m.wr.Arr(m.key)
	} else {
		m.wr.Obj(m.key)
	}
}

func (m *member) close() {
	if m.inside {
		m.wr.End()
	}
}

func (m *member) end() {
	if m.begun {
		m.wr.End()
	}
}

// alertContext writes what the rule of an alert captured: alert.context.
func (w *Worker) alertContext(wr *event.Writer, a *match.Alert, xff []byte) {
	begun := false
	if len(xff) > 0 {
		wr.Obj("alert")
	}
	for _, v := range w.engine.Kept() {
		if v.Kind != match.VarAlert && v.Kind != match.VarJSON || v.Rule != a.Rule {
			continue
		}
		if !begun {
			if len(xff) == 0 {
				wr.Obj("alert")
			}
			wr.Obj("context")
			begun = true
		}
		if name := w.cur.Bundle.Name(v.ID); v.Kind == match.VarJSON {
			wr.JSON(name, v.Data)
		} else {
			wr.Str(name, v.Data)
		}
	}
	if begun {
		wr.End()
	}
	if len(xff) > 0 {
		wr.Str("xff", xff)
	}
	if begun || len(xff) > 0 {
		wr.End()
	}
}
