package worker

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
	w.layer.Abandon(f)
	f.Keep(f.Txs[:0])
	w.appErrors(wt.p, wt.slot, r, f)
}
