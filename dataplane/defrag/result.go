package defrag

import (
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// State says what became of a fragment.
type State uint8

// States.
const (
	// NotFragment: nothing to do here.
	NotFragment State = iota
	// Held: the table has the handle now.
	Held
	// Complete: Datagram is whole; Handles are all its fragments, the last one
	// included.
	Complete
	// Dropped: Handles must be freed for Reason.
	Dropped
)

// Result is what a call gives back. Its slices are the table's and valid until
// the next call; Datagram until EndBurst.
type Result struct {
	State State
	// Datagram is the IP datagram without fragmentation, header first.
	Datagram []byte
	// Handles, in order of arrival, are the caller's again; 0 is not among them.
	Handles []uintptr
	// Reason is why Handles are to be freed when State is Dropped.
	Reason event.Reason
	// Evicted are handles of other datagrams that were given up for EvictReason:
	// ReasonDefragMemcap to make room, else because their time was over.
	// EvictedFrom are the ports that they came in through, one for each handle;
	// Condemned those of which a fragment was, see Table.Condemn.
	Evicted     []uintptr
	EvictedFrom []uint16
	EvictReason event.Reason
	// Events are decode events that the fragment raised here.
	Events input.EventSet
	// Overlap: fragments of the datagram overlap; Conflict: with different data,
	// or they disagree on where the datagram ends. Known when State is Complete.
	Overlap, Conflict bool
	// Condemned: one of the fragments was, see Table.Condemn. Known when State is
	// Complete or Dropped.
	Condemned bool
}

// Condemned stands in Result.EvictedFrom for the port of a datagram that must not
// go on, whatever the policy for want of room says.
const Condemned = 1<<16 - 1

// Counters are totals since New.
type Counters struct {
	Fragments, Reassembled, Overlaps, Conflicts  uint64
	Timeouts, Evicted, TooLarge, Ignored, Memcap uint64
}

// reset empties the result, keeping the memory of its lists.
func (r *Result) reset() {
	*r = Result{Handles: r.Handles[:0], Evicted: r.Evicted[:0], EvictedFrom: r.EvictedFrom[:0]}
}
