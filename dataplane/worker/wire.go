package worker

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// onlyWire reports that nobody asks what packets hold: the rules in force are
// none, no detector runs, nothing is logged. Before the first policy flows are
// tracked all the same, since rules will ask for them.
func (w *Worker) onlyWire() bool {
	return w.cur != nil && !w.judging && w.scorer == nil && w.cfg.Log == Log{} && !w.cfg.StoreFiles
}

// forward is the way of a burst through a worker that is only a wire: what was
// received goes out as it is.
func (w *Worker) forward(from, n int) {
	pt := &w.ports[from]
	octets := uint64(0)
	for _, l := range w.rx.PktLen[:n] {
		octets += uint64(l)
	}
	w.ctr.Add(counter.RXPkts, uint64(n))
	w.ctr.Add(counter.RXBytes, octets)
	if !w.cfg.Live {
		w.num += uint64(n)
	}
	// Flows and fragments of the time before.
	w.expire(packetExpire)
	w.expireFragments()
	w.bury()
	if pt.Mode == port.IDS {
		w.forwardTo(nil, n, event.ReasonConsumed)
		return
	}
	if pt.Peer < 0 || w.ports[pt.Peer].Tx == nil {
		w.forwardTo(nil, n, event.ReasonNoPeer)
		return
	}
	if pt.Mode == port.Inline {
		w.ctr.Add(counter.IPSAccepted, uint64(n))
	}
	w.forwardTo(w.ports[pt.Peer].Tx, n, event.ReasonTxRingFull)
}

// forwardTo sends the burst, or frees it where there is no way out; what the port
// does not take is freed and counted.
func (w *Worker) forwardTo(tx port.Sink, n int, r event.Reason) {
	sent := 0
	if tx != nil {
		sent = tx.TxFree(w.rx.Mbuf[:n], nil)
	} else {
		dpdk.FreeBurst(w.rx.Mbuf[:n])
	}
	w.ctr.Add(counter.TXPkts, uint64(sent))
	if lost := uint64(n - sent); lost > 0 {
		w.ctr.Add(counter.Freed(r), lost)
		if tx != nil {
			w.ctr.Add(counter.TXFull, lost)
		}
	}
}
