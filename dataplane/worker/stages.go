package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/event"
)

// afterJudgement advances what a flow's packet has made ready: stream octets
// that were inspected, transactions that are done.
func (w *Worker) afterJudgement(wt *waiting) {
	w.settleTxs(wt.p, wt.slot, w.flows.At(wt.slot), false)
}

// drain inspects and logs what is left of a flow before it goes.
func (w *Worker) drain(slot uint32, r *flow.Record) {
	w.settleTxs(nil, slot, r, true)
}

// releaseStream gives back what the stream stage keeps of a flow.
func (w *Worker) releaseStream(r *flow.Record) {}

func (w *Worker) tcpInfo(r *flow.Record) event.TCPInfo {
	return event.TCPInfo{Flags: r.FlagsTS | r.FlagsTC, FlagsTS: r.FlagsTS, FlagsTC: r.FlagsTC}
}
