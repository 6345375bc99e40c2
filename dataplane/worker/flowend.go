package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
)

// expire ends flows that have been silent for too long, looking at n slots.
func (w *Worker) expire(n int) {
	for n > 0 {
		slot, looked := w.flows.Expired(w.now, n)
		n -= looked
		if slot == 0 {
			return
		}
		if w.flows.At(slot).Pending == w.batchNo {
			w.judge()
		}
		w.endFlow(slot, flow.EndTimeout)
	}
}

// endFlow inspects and logs what is left of a flow and forgets it.
func (w *Worker) endFlow(slot uint32, why flow.EndReason) {
	r := w.flows.At(slot)
	w.drain(slot, r)
	r = w.flows.At(slot)
	if why == flow.EndTimeout && w.flows.Emergency() {
		r.Flags |= flow.FlagEmergency
	}
	r.EndReason = why
	w.countEnd(r)
	w.observeEnd(r, why)
	w.emitFlow(slot, r)
	w.layer.Close(r.App, w.releaseTx)
	w.tellCrash(nil, slot, r)
	w.vars.Release(r.Vars)
	w.releaseStream(r)
	w.flows.Remove(slot)
}

// releaseTx gives back what the match engine remembers of a transaction.
func (w *Worker) releaseTx(tx app.Tx) { w.engine.ReleaseTx(tx.Detect()) }

// Finish judges what waits and ends every flow: the end of a capture, a clean
// stop.
func (w *Worker) Finish() {
	w.judge()
	w.send()
	w.flushFragments()
	for slot := uint32(1); slot < w.flows.High(); slot++ {
		if w.flows.Live(slot) {
			w.endFlow(slot, flow.EndShutdown)
		}
	}
	w.judge()
	w.send()
	w.saveAll()
}
