package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// caught is deferred around everything that asks transactions something: a parser
// that panics there costs its flow, not the worker. The app-layer error policy
// decides what becomes of the flow.
func (w *Worker) caught(wt *waiting) {
	v := recover()
	if v == nil {
		return
	}
	r := w.flows.At(wt.slot)
	if wt.slot == 0 || r.App == 0 {
		panic(v) // no parser's doing
	}
	f := w.layer.At(r.App)
	w.layer.Abandon(f, v)
	f.Keep(f.Txs[:0])
	w.tellCrash(wt.p, wt.slot, r)
	if wt.p != nil {
		w.appErrors(wt.p, wt.slot, r, f)
	}
}

// settleEnd logs and releases all transactions of a flow that ends; last is the packet
// that its end was judged with, nil: none.
func (w *Worker) settleEnd(last *packet.Packet, slot uint32, r *flow.Record) {
	wt := waiting{p: last, slot: slot}
	defer w.caught(&wt)
	w.settleTxs(last, slot, r, true, true)
}

// tellCrash writes what a parser panicked over: the flow, the octets that it was
// given, and the packet at hand, if there is one. It is what a report needs.
func (w *Worker) tellCrash(p *packet.Packet, slot uint32, r *flow.Record) {
	c := &w.layer.Crash
	if !c.Set {
		return
	}
	c.Set = false
	wr := w.begin(event.KindLog)
	if wr == nil {
		return
	}
	d := c.Dir
	if d == input.DirUnknown {
		d = input.ToServer
		if p != nil {
			d = p.Dir
		}
	}
	w.flowHead(wr.Head(), slot, r, d)
	if p != nil {
		wr.Head().PktNum, wr.Head().Source = p.Num, sourceOf(p)
	}
	wr.Obj("engine")
	wr.StrConst("event", "parser-panic")
	wr.StrConst("app_proto", c.Proto.String())
	wr.StrConst("error", c.Cause)
	if c.Dir != input.DirUnknown {
		wr.Uint("stream_offset", c.Start)
		wr.Uint("gap", c.Gap)
		wr.Uint("length", uint64(c.Length))
		wr.Base64("excerpt", c.Excerpt)
	}
	wr.End()
	if p != nil && len(p.Frame) > 0 {
		writePacket(wr, p)
	}
	w.cfg.Ring.Commit()
}
