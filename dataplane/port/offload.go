package port

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// Offer is a worker's hint: the port may drop this direction of a flow before
// it is received.
type Offer struct {
	Match dpdk.FlowMatch
	Port  uint16 // index in Set.Ports
}

// Offers a worker may have waiting, and what one Sync does at most: rules of
// cards take up to a millisecond each.
const (
	offersWaiting = 256
	offersPerSync = 32
)

// flowPort is what Offload needs of an ethdev.
type flowPort interface {
	DropFlow(*dpdk.FlowMatch) (dpdk.FlowRule, error)
	RemoveFlow(dpdk.FlowRule) (dpdk.FlowHits, error)
}

// OffloadCounts are totals, but for Active.
type OffloadCounts struct {
	Active         uint64 // rules that ports hold now
	Made, Refused  uint64
	Packets, Bytes uint64 // dropped by ports that count, known when a rule ends
}

// Offload lets ports drop what workers would drop (rte_flow). It is a hint: each
// rule is a lease, and when it ends the flow's next packet comes to its worker
// again, whose verdict stands and which may offer the flow anew. So a flow that
// ended, was let go or is judged by other rules is never held down for longer than
// a lease, and its record lives as long as its packets come.
//
// Workers write to their rings; Sync belongs to the housekeeping thread.
type Offload struct {
	rings  []*Ring[Offer]
	ports  []offloadPort
	lease  int64   // µs
	leases []lease // a queue: all leases have one length
	first  int
	active int
	take   [offersPerSync]Offer
	counts OffloadCounts
}

// offloadPort is a port and what became of its last rule.
type offloadPort struct {
	name  string
	dev   flowPort // nil: nothing is offered for it
	retry int64    // µs; after a refusal nothing is tried before
	said  bool
}

type lease struct {
	rule dpdk.FlowRule
	end  int64 // µs
	port uint16
}

// newOffload makes the queue for so many rules at once.
func newOffload(workers, rules int, lengthUS int64) (*Offload, error) {
	if rules < 1 || lengthUS < 1 {
		return nil, fmt.Errorf("ports: offload: %d rules for %d µs", rules, lengthUS)
	}
	o := &Offload{lease: lengthUS, leases: make([]lease, rules)}
	for range workers {
		r, err := NewRing[Offer](offersWaiting)
		if err != nil {
			return nil, err
		}
		o.rings = append(o.rings, r)
	}
	return o, nil
}

// Ring takes a worker's offers.
func (o *Offload) Ring(worker int) *Ring[Offer] { return o.rings[worker] }

// LeaseUS is how long a port drops a flow, µs.
func (o *Offload) LeaseUS() int64 { return o.lease }

// Counts are the totals so far.
func (o *Offload) Counts() OffloadCounts {
	c := o.counts
	c.Active = uint64(o.active)
	return c
}

// Sync ends leases that are over and takes up offers. now is µs of a clock that
// goes forward. The error is said once a port: its PMD takes no rules.
func (o *Offload) Sync(now int64) error {
	var errs []error
	for n := 0; n < offersPerSync && o.active > 0 && o.leases[o.first].end <= now; n++ {
		errs = append(errs, o.endFirst())
	}
	for _, r := range o.rings {
		n := r.Take(o.take[:])
		for i := range n {
			errs = append(errs, o.begin(&o.take[i], now))
		}
		r.Release(n)
	}
	return errors.Join(errs...)
}

func (o *Offload) begin(f *Offer, now int64) error {
	if int(f.Port) >= len(o.ports) || o.ports[f.Port].dev == nil {
		return nil
	}
	p := &o.ports[f.Port]
	if now < p.retry || o.active == len(o.leases) {
		o.counts.Refused++
		return nil
	}
	rule, err := p.dev.DropFlow(&f.Match)
	if err != nil {
		o.counts.Refused++
		p.retry = now + o.lease
		if errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOTSUP) {
			p.dev = nil // the PMD will not learn it
		}
		if p.said {
			return nil
		}
		p.said = true
		return fmt.Errorf("%s: flows are dropped by weir, not by the port: %w", p.name, err)
	}
	o.counts.Made++
	o.leases[(o.first+o.active)%len(o.leases)] = lease{rule: rule, end: now + o.lease, port: f.Port}
	o.active++
	return nil
}

func (o *Offload) endFirst() error {
	l := &o.leases[o.first]
	o.first = (o.first + 1) % len(o.leases)
	o.active--
	p := &o.ports[l.port]
	if p.dev == nil {
		return nil
	}
	hits, err := p.dev.RemoveFlow(l.rule)
	o.counts.Packets += hits.Packets
	o.counts.Bytes += hits.Bytes
	return err
}

// end gives all rules back.
func (o *Offload) end() error {
	var errs []error
	for o.active > 0 {
		errs = append(errs, o.endFirst())
	}
	return errors.Join(errs...)
}
