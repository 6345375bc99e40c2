package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
)

// afterJudgement advances what a flow's packet has made ready: stream octets
// that were inspected, transactions that are done.
func (w *Worker) afterJudgement(wt *waiting) {
	r := w.flows.At(wt.slot)
	if r.Stream != 0 {
		w.streams.Inspected(r, wt.p.Dir)
	}
	if quiet(r, wt.p.Dir) {
		return
	}
	w.settleTxs(wt.p, wt.slot, r, wt.offered, false)
	w.settleOpaque(wt.slot, r)
}

// releaseStream gives back what the stream stage keeps of a flow.
func (w *Worker) releaseStream(r *flow.Record) { w.streams.Release(r) }
