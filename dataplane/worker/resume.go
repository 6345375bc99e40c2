package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// stalled is a flow with octets that wait, for it had as many live transactions as it
// may and now has room; or with transactions for which there was no room in the batch.
// p is the packet that brought them.
type stalled struct {
	p    *packet.Packet
	slot uint32
	// seq tells the flow from one that takes its slot.
	seq uint32
	// owed are the transactions of each direction from which on there was no room.
	owed [2]owed
}

// owed is a transaction that found no room in a batch of the match engine, for so many
// times in turn.
type owed struct {
	tx    app.Tx
	times uint8
}

// maxOwed bounds the batches that one transaction may fill by itself for a packet: what
// is left of it is scanned with a later one.
const maxOwed = 4

// place is where to go on offering a flow's transactions.
func (o *owed) place(f *app.Flow) int {
	if o.tx != nil {
		for i, tx := range f.Txs {
			if tx != o.tx {
				continue
			}
			if o.times >= maxOwed {
				i++
			}
			return i
		}
	}
	return 0
}

// stall notes a flow for resume; nil: more flows wait than there is room for.
func (w *Worker) stall(p *packet.Packet, slot uint32) *stalled {
	if w.resuming {
		p = w.origin
	}
	if n := w.nstalled; n > 0 && w.stalled[n-1].slot == slot {
		return &w.stalled[n-1]
	}
	if w.nstalled == len(w.stalled) {
		return nil
	}
	st := &w.stalled[w.nstalled]
	*st = stalled{p: p, slot: slot, seq: w.flows.At(slot).Seq}
	w.nstalled++
	return st
}

// resume parses what waited for room for transactions, and judges it, and what there
// was no room for in the batch, with packets that were never on the wire, until nothing
// waits any more: as many rounds as the octets and transactions, which are bounded,
// make. The packet that brought them fares as they do.
func (w *Worker) resume() {
	if w.resuming || w.nstalled == 0 {
		return
	}
	w.resuming = true
	for w.nstalled > 0 {
		w.nstalled--
		st := w.stalled[w.nstalled]
		r := w.flows.At(st.slot)
		if r.App == 0 || r.Seq != st.seq || r.Flags&flow.FlagDrop != 0 {
			continue
		}
		w.origin = st.p
		f := w.layer.At(r.App)
		did := w.layer.Resume(f, w.now)
		w.tellCrash(st.p, st.slot, r)
		for d, did := range did {
			if w.goOn = st.owed[d]; !did && w.goOn.tx == nil {
				continue
			}
			w.judgePseudo(st.slot, r, input.ToServer+input.Dir(d))
			w.goOn = owed{}
			if p := &w.pseudo; st.p != nil && st.p != p && p.Verdict >= packet.Drop {
				st.p.Raise(p.Verdict, p.Reason)
			}
		}
	}
	w.resuming = false
}
