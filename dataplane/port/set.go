package port

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// Port is one ethdev and the part it plays.
type Port struct {
	Name   string // device name
	ID     dpdk.PortID
	Pair   *Pair
	Inside bool
	Peer   *Port // where its packets go; nil for passive ports
	Setup  dpdk.PortSetup
}

// Pair is two ports with weir between them, or one or two that it listens on.
type Pair struct {
	Index   int
	Name    string
	Mode    Mode
	Inside  *Port
	Outside *Port // nil for IDS
	Startup Startup

	link linkPair
}

// Set is a Plan made so: pools, ports configured and started.
type Set struct {
	Plan  *Plan
	Ports []*Port // in the order of Plan.Ports
	Pairs []*Pair
	Pools []*dpdk.Pool // in the order of Plan.Pools
	// Symmetric says that ports bring both directions of a flow to the same
	// worker: every pair has symmetric RSS over all workers, or one worker has
	// the pair to itself.
	Symmetric bool
	// Steer brings what ports gave to the wrong worker to its owner: flows where
	// Symmetric is false, and else what ports cannot tell: fragments, the content
	// of tunnels, ICMP errors. nil with one worker.
	Steer *Steer
	// Offload lets ports drop flows by themselves; nil: no pair wants it.
	Offload *Offload

	changes []LinkChange
}

// Open makes the pools, configures and starts the ports. The EAL is started.
// On an error everything is closed again.
func Open(plan *Plan) (set *Set, err error) {
	s := &Set{Plan: plan}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	pool := map[int]*dpdk.Pool{}
	for _, n := range plan.Pools {
		p, err := dpdk.NewPool(fmt.Sprintf("mbufs%d", n.Node), n.Mbufs, n.Cache, n.DataRoom, socketOf(n.Node, plan))
		if err != nil {
			return nil, err
		}
		s.Pools = append(s.Pools, p)
		pool[n.Node] = p
	}
	for i, c := range plan.Config.Pairs {
		s.Pairs = append(s.Pairs, &Pair{Index: i, Name: c.Name, Mode: c.Mode, Startup: c.Startup})
	}
	for _, o := range plan.Ports {
		port, err := s.open(o, pool[o.Node])
		if err != nil {
			return nil, err
		}
		s.Ports = append(s.Ports, port)
	}
	for i, o := range plan.Ports {
		if o.Peer >= 0 {
			s.Ports[i].Peer = s.Ports[o.Peer]
		}
	}
	s.Symmetric = s.symmetric()
	if n := len(plan.Workers); n > 1 {
		if s.Steer, err = NewSteer(n, plan.Config.SteerRing, s.redirection()); err != nil {
			return nil, err
		}
	}
	if err := s.openOffload(); err != nil {
		return nil, err
	}
	for i, pair := range s.Pairs {
		if pair.Mode == Inline {
			pair.link = linkPair{name: pair.Name, propagate: plan.Config.Pairs[i].LinkPropagation,
				ends: [2]linkEnd{{name: pair.Inside.Name, dev: pair.Inside.ID}, {name: pair.Outside.Name, dev: pair.Outside.ID}}}
		}
	}
	return s, nil
}

// openOffload makes Offload where a pair asks for it.
func (s *Set) openOffload() error {
	c := &s.Plan.Config
	if !slices.ContainsFunc(c.Pairs, func(p PairConfig) bool { return p.Offload }) {
		return nil
	}
	flows, leaseUS := cmp.Or(c.OffloadFlows, 1024), cmp.Or(c.OffloadLease, 5_000_000)
	o, err := newOffload(len(s.Plan.Workers), flows, leaseUS)
	if err != nil {
		return err
	}
	for _, p := range s.Ports {
		q := offloadPort{name: p.Name}
		if c.Pairs[p.Pair.Index].Offload {
			q.dev = p.ID
		}
		o.ports = append(o.ports, q)
	}
	s.Offload = o
	return nil
}

// symmetric is what Set.Symmetric says.
func (s *Set) symmetric() bool {
	for _, pair := range s.Pairs {
		hashed, single := true, true
		for _, p := range []*Port{pair.Inside, pair.Outside} {
			if p != nil {
				single = single && p.Setup.RxQueues == 1
				hashed = hashed && p.Setup.Symmetric && p.Setup.RxQueues == len(s.Plan.Workers)
			}
		}
		if !hashed && !single {
			return false
		}
	}
	return true
}

// redirection is the size of the ports' redirection tables where all that spread
// flows agree on one, else 0.
func (s *Set) redirection() (size int) {
	for _, p := range s.Ports {
		if p.Setup.RSS == 0 || p.Setup.RxQueues < 2 {
			continue
		}
		if n := p.Setup.RetaSize; n == 0 || n&(n-1) != 0 || size != 0 && n != size {
			return 0
		}
		size = p.Setup.RetaSize
	}
	return size
}

// socketOf lets DPDK choose the memory where there is but one node: a virtual
// port has none of its own.
func socketOf(node int, plan *Plan) int {
	if len(plan.Pools) == 1 && node == 0 {
		return dpdk.AnySocket
	}
	return node
}

func (s *Set) open(o PortPlan, pool *dpdk.Pool) (*Port, error) {
	id, err := dpdk.PortByName(o.Device)
	if err != nil {
		return nil, err
	}
	c := s.Plan.Config
	setup, err := id.Configure(dpdk.PortConfig{
		RxQueues: o.RxQueues, TxQueues: o.TxQueues, RxDescs: o.RxDescs, TxDescs: o.TxDescs, MTU: o.MTU,
		Promisc: c.Promisc, RSS: dpdk.RSSFiveTuple, Checksum: c.Checksum, Scatter: c.Scatter, Pools: []*dpdk.Pool{pool},
	})
	if err != nil {
		return nil, err
	}
	if setup.RxQueues < o.RxQueues || setup.TxQueues < o.TxQueues {
		return nil, fmt.Errorf("ports: %s took %d receive and %d transmit queues, the plan has %d and %d",
			o.Device, setup.RxQueues, setup.TxQueues, o.RxQueues, o.TxQueues)
	}
	if err := id.Start(); err != nil {
		return nil, err
	}
	p := &Port{Name: o.Device, ID: id, Pair: s.Pairs[o.Pair], Inside: o.Inside, Setup: setup}
	if o.Inside {
		p.Pair.Inside = p
	} else {
		p.Pair.Outside = p
	}
	return p, nil
}

// Input is a queue that a worker polls, and the port that it belongs to.
type Input struct {
	Port  *Port
	Queue dpdk.Queue
}

// Inputs are the receive queues of a worker.
func (s *Set) Inputs(worker int) []Input {
	var in []Input
	for _, q := range s.Plan.Workers[worker].Queues {
		p := s.Ports[q.Port]
		in = append(in, Input{Port: p, Queue: dpdk.NewQueue(p.ID, uint16(q.Queue))})
	}
	return in
}

// Output is a worker's transmit queue of a port, for packets to that port.
func (s *Set) Output(worker int, p *Port) Sink { return dpdk.NewQueue(p.ID, uint16(worker)) }

// SyncLinks polls the links of all inline pairs, hands a loss on where
// LinkPropagation asks for it, and returns what changed; the slice is reused.
// now is µs of any clock that goes forward. Call it from one thread, a few
// times a second.
func (s *Set) SyncLinks(now int64) []LinkChange {
	s.changes = s.changes[:0]
	for _, p := range s.Pairs {
		if p.Mode == Inline {
			s.changes = p.link.sync(now, s.changes)
		}
	}
	return s.changes
}

// Close stops and closes the ports and frees the pools. No worker polls any
// more and every mbuf that was received is sent or freed.
func (s *Set) Close() error {
	var errs []error
	if s.Offload != nil {
		errs = append(errs, s.Offload.end())
	}
	for _, p := range s.Ports {
		errs = append(errs, p.ID.Stop(), p.ID.Close())
	}
	for _, p := range s.Pools {
		errs = append(errs, p.Close())
	}
	s.Ports, s.Pools = nil, nil
	return errors.Join(errs...)
}
