package worker

import "github.com/weir-ips/weir/dataplane/flow"

// settleOpaque ends the inspection of payloads of a flow whose parser found it
// encrypted, as the protocol's encryption-handling says. Its transactions are
// judged to their end; with stream.bypass, a flow whose parser wants no more is
// let by once they are.
func (w *Worker) settleOpaque(slot uint32, r *flow.Record) {
	if r.App == 0 {
		return
	}
	f := w.layer.At(r.App)
	if !f.Opaque {
		return
	}
	r.Flags |= flow.FlagOpaque
	if w.cfg.StreamBypass && f.Bypassed() && len(f.Txs) == 0 {
		w.bypass(slot)
	}
}

// looksAtPayload reports whether rules see a flow's payloads.
func looksAtPayload(r *flow.Record) bool { return r.Flags&(flow.FlagNoPayload|flow.FlagOpaque) == 0 }
