package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// stalled is a flow with octets that wait: it had as many live transactions as it
// may, and now has room. p is the packet that brought them.
type stalled struct {
	p    *packet.Packet
	slot uint32
	// seq tells the flow from one that takes its slot.
	seq uint32
}

// stall notes a flow for resume.
func (w *Worker) stall(p *packet.Packet, slot uint32) {
	if w.resuming {
		p = w.origin
	}
	if w.nstalled < len(w.stalled) {
		w.stalled[w.nstalled] = stalled{p, slot, w.flows.At(slot).Seq}
		w.nstalled++
	}
}

// resume parses what waited for room for transactions, and judges it with packets
// that were never on the wire, until nothing waits any more: as many rounds as the
// octets, which are bounded, make. The packet that brought them fares as they do.
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
			if !did {
				continue
			}
			w.judgePseudo(st.slot, r, input.ToServer+input.Dir(d))
			if p := &w.pseudo; st.p != nil && st.p != p && p.Verdict >= packet.Drop {
				st.p.Raise(p.Verdict, p.Reason)
			}
		}
	}
	w.resuming = false
}
