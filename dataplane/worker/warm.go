package worker

import "github.com/weir-ips/weir/dataplane/slab"

// What Warm takes from the system at the start. Tables that hashes lead into are
// taken whole; of what grows with the traffic, this much, the rest when it is
// needed.
const (
	warmFlows    = 1 << 18
	warmSessions = 1 << 17
	warmStream   = 64 << 20
	warmParsed   = 1 << 16
	warmStates   = 128 // of each protocol
)

// Warm takes memory from the system that packets would otherwise have to wait
// for: a page fault costs as much as a thousand packets' lookups. The engine
// calls it before the first packet; a replay, which may be over in a moment, does
// not.
func (w *Worker) Warm() {
	w.flows.Warm(warmFlows)
	w.frags.Warm()
	w.streams.Warm(warmSessions, warmStream)
	w.layer.Warm(warmParsed, warmStates)
	slab.Warm(w.arena, -1)
	slab.Warm(w.sketches, -1)
}
