package flow

import (
	"math"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// rateSteps is into how many parts the interval is cut: the sum over it is exact
// to one part.
const rateSteps = 8

// rate is what one flow carried lately. It has the flow's slot; seq tells whether
// it is of the flow that is there now.
type rate struct {
	seq      uint32
	elephant uint8 // bit 0 to the server, 1 to the client
	_        [3]uint8
	step     int64 // the newest part that was counted
	octets   [2][rateSteps]uint32
}

// Rates finds the flows that carry very much in a short time (flow.rate-tracking).
// A flow that did once is an elephant for the rest of its life.
//
// Ownership and Concurrency: one worker's. Limits: one record a flow, 80 octets,
// touched when the flow is.
type Rates struct {
	rows   *slab.Array[rate]
	limit  uint64
	stepUS int64
}

// NewRates makes room for the flows of a table: more than limit octets within
// intervalUS make an elephant of a direction.
func NewRates(flows int, limit uint64, intervalUS int64) (*Rates, error) {
	rows, err := slab.NewArray[rate](flows + 1)
	if err != nil {
		return nil, err
	}
	return &Rates{rows: rows, limit: limit, stepUS: max(intervalUS/rateSteps, 1)}, nil
}

// Count adds a packet and gives the directions in which the flow is an elephant;
// now says which of them became one with this packet.
func (r *Rates) Count(slot, seq uint32, d input.Dir, octets int, timeUS int64) (elephant, now uint8) {
	if int(slot) >= len(r.rows.Rec) {
		return 0, 0
	}
	x := &r.rows.Rec[slot]
	step := timeUS / r.stepUS
	if x.seq != seq || step < x.step-rateSteps {
		*x = rate{seq: seq, step: step}
	}
	for n := 0; x.step < step; n++ {
		if n == rateSteps {
			x.step = step
			break
		}
		x.step++
		x.octets[0][x.step%rateSteps], x.octets[1][x.step%rateSteps] = 0, 0
	}
	i := 0
	if d == input.ToClient {
		i = 1
	}
	// A packet from before the newest part counts in that.
	at := &x.octets[i][x.step%rateSteps]
	*at = uint32(min(uint64(*at)+uint64(octets), math.MaxUint32))
	if x.elephant&(1<<i) != 0 {
		return x.elephant, 0
	}
	sum := uint64(0)
	for _, n := range x.octets[i] {
		sum += uint64(n)
	}
	if sum > r.limit {
		x.elephant |= 1 << i
		return x.elephant, 1 << i
	}
	return x.elephant, 0
}

// Elephant are the directions in which a flow is one.
func (r *Rates) Elephant(slot, seq uint32) uint8 {
	if r == nil || int(slot) >= len(r.rows.Rec) || r.rows.Rec[slot].seq != seq {
		return 0
	}
	return r.rows.Rec[slot].elephant
}
