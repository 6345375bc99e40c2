package worker

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// send gives every mbuf of the burst its one end: transmitted or freed with a
// reason, unless a stage holds it.
func (w *Worker) send() {
	for i := range w.burst.N {
		p := &w.burst.Pkts[i]
		if p.Held || p.Away != 0 {
			continue
		}
		w.dispose(p)
	}
	w.burst.N = 0
	w.sendFragments()
	w.sendAnswers()
	w.flush()
}

// dispose queues a packet's mbuf for its end.
func (w *Worker) dispose(p *packet.Packet) {
	pt := &w.ports[p.Port]
	m := dpdk.Mbuf(p.Handle)
	if m == 0 {
		return
	}
	switch {
	case pt.Mode == port.IDS:
		w.kill(m, event.ReasonConsumed)
	case pt.Mode == port.Inline && p.Verdict >= packet.Drop:
		if w.countFirewall(p) {
			w.ctr.Inc(counter.IPSBlocked)
			if p.Verdict == packet.Reject {
				w.ctr.Inc(counter.IPSRejected)
			}
		}
		w.ctr.Inc(counter.Drop(p.Reason))
		w.kill(m, p.Reason)
	case pt.Peer < 0 || w.ports[pt.Peer].Tx == nil:
		w.kill(m, event.ReasonNoPeer)
	default:
		if pt.Mode == port.Inline {
			w.countFirewall(p)
			w.ctr.Inc(counter.IPSAccepted)
		}
		w.queue(pt.Peer, m)
	}
}

// queue puts an mbuf into the transmit batch of a port.
func (w *Worker) queue(to int, m dpdk.Mbuf) {
	if w.nout[to] == packet.Size {
		w.transmit(to)
	}
	w.out[to][w.nout[to]] = m
	w.nout[to]++
}

// kill frees an mbuf, with a reason.
func (w *Worker) kill(m dpdk.Mbuf, r event.Reason) {
	w.ctr.Inc(counter.Freed(r))
	if w.nd == len(w.dead) {
		w.bury()
	}
	w.dead[w.nd] = m
	w.nd++
}

// flush empties the transmit batches and frees what is to be freed.
func (w *Worker) flush() {
	for i := range w.nout {
		if w.nout[i] > 0 {
			w.transmit(i)
		}
	}
	w.bury()
}

// transmit sends a port's batch and, in the same crossing, frees what is to be
// freed. What the port does not take is dropped and counted, never waited for.
func (w *Worker) transmit(to int) {
	batch := w.out[to][:w.nout[to]]
	w.nout[to] = 0
	sent := w.ports[to].Tx.TxFree(batch, w.dead[:w.nd])
	w.nd = 0
	w.ctr.Add(counter.TXPkts, uint64(sent))
	if lost := uint64(len(batch) - sent); lost > 0 {
		w.ctr.Add(counter.TXFull, lost)
		w.ctr.Add(counter.Freed(event.ReasonTxRingFull), lost)
	}
}

func (w *Worker) bury() {
	if w.nd > 0 {
		dpdk.FreeBurst(w.dead[:w.nd])
		w.nd = 0
	}
}
