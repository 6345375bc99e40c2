package port

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// PortPlan is one port: where it stands and how it is set.
type PortPlan struct {
	Device             string
	Pair               int // index in Config.Pairs
	Inside             bool
	Peer               int // index in Plan.Ports, -1 if it has none
	Node               int
	RxQueues, TxQueues int
	RxDescs, TxDescs   int
	MTU                int
}

// QueuePlan is one receive queue that a worker polls.
type QueuePlan struct {
	Port  int // index in Plan.Ports
	Queue int
}

// WorkerPlan is one worker. It transmits on the queue of its own number.
type WorkerPlan struct {
	CPU, Node int
	Queues    []QueuePlan
}

// PoolPlan is the mempool of a NUMA node, by what its mbufs are for.
type PoolPlan struct {
	Node                        int
	RxDescs, TxDescs            int // in the ports' rings
	Bursts, Held, Caches, Steer int // with the workers
	Mbufs                       int // the sum, rounded up to 2^k-1
	Cache, DataRoom             int
	Bytes                       int64
}

// Plan says which worker polls which queue and what memory that takes, before
// anything is opened.
type Plan struct {
	Config  Config
	Ports   []PortPlan
	Workers []WorkerPlan
	Pools   []PoolPlan
	// Notes are what the reader should know: distant memory, fewer queues.
	Notes []string
}

// NewPlan computes the plan, or reports all mistakes at once.
func NewPlan(cfg Config, hw Hardware) (*Plan, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p := &Plan{Config: cfg.withDefaults()}
	var errs []error
	for _, cpu := range cfg.CPUs {
		node, ok := hw.Node[cpu]
		if !ok {
			errs = append(errs, fmt.Errorf("ports: this machine has no CPU %d online", cpu))
		}
		p.Workers = append(p.Workers, WorkerPlan{CPU: cpu, Node: node})
	}
	for i, pair := range p.Config.Pairs {
		p.addPair(i, pair)
	}
	for i := range p.Ports {
		errs = append(errs, p.fit(&p.Ports[i], hw))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	p.assign()
	p.size()
	return p, nil
}

func (p *Plan) addPair(i int, pair PairConfig) {
	n := len(p.Workers)
	port := PortPlan{Device: pair.Inside, Pair: i, Inside: true, Peer: -1, RxQueues: n, TxQueues: n,
		RxDescs: p.Config.RxDescs, TxDescs: p.Config.TxDescs, MTU: pair.MTU}
	if pair.Mode != Inline {
		port.TxQueues = 1 // DPDK wants one; nothing is sent
	}
	first := len(p.Ports)
	p.Ports = append(p.Ports, port)
	if pair.Outside == "" {
		return
	}
	port.Device, port.Inside = pair.Outside, false
	if pair.Mode == Inline {
		port.Peer = first
		p.Ports[first].Peer = first + 1
	}
	p.Ports = append(p.Ports, port)
}

// fit adjusts a port's plan to what the port can do.
func (p *Plan) fit(o *PortPlan, hw Hardware) error {
	if hw.Ports == nil {
		return nil
	}
	info, ok := hw.Ports[o.Device]
	if !ok {
		have := make([]string, 0, len(hw.Ports))
		for name := range hw.Ports {
			have = append(have, name)
		}
		slices.Sort(have)
		return fmt.Errorf("ports: DPDK has no port %s, it has %s; bind the device to a DPDK driver (dpdk-devbind.py)",
			o.Device, strings.Join(have, ", "))
	}
	o.Node = max(info.Socket, 0)
	if info.MaxTxQueues > 0 && o.TxQueues > info.MaxTxQueues {
		return fmt.Errorf("ports: %s has %d transmit queues, %d workers need one each: use at most %d CPUs",
			o.Device, info.MaxTxQueues, o.TxQueues, info.MaxTxQueues)
	}
	// Without RSS more queues receive nothing, or flows torn apart.
	queues := o.RxQueues
	if info.MaxRxQueues > 0 {
		queues = min(queues, info.MaxRxQueues)
	}
	if info.RSS&dpdk.RSSFiveTuple == 0 && info.Bus != "vdev" {
		queues = 1
	}
	if queues < o.RxQueues {
		p.note("%s: %d receive queues for %d workers; the others get its flows only by software steering", o.Device, queues, o.RxQueues)
		o.RxQueues = queues
	}
	return nil
}

// assign deals the receive queues out. Queue q goes to worker q, so that both
// directions of a flow meet where RSS is symmetric; ports with one queue go
// pair by pair to one worker after the other.
func (p *Plan) assign() {
	for i, o := range p.Ports {
		for q := range o.RxQueues {
			w := q
			if o.RxQueues < len(p.Workers) {
				w = (q + o.Pair) % len(p.Workers)
			}
			p.Workers[w].Queues = append(p.Workers[w].Queues, QueuePlan{Port: i, Queue: q})
			if node := p.Workers[w].Node; node != o.Node {
				p.note("worker %d on CPU %d is on NUMA node %d, port %s on node %d: choose a CPU of node %d",
					w, p.Workers[w].CPU, node, o.Device, o.Node, o.Node)
			}
		}
	}
	for w := range p.Workers {
		if len(p.Workers[w].Queues) == 0 {
			p.note("worker %d on CPU %d polls no queue, it gets packets only from other workers", w, p.Workers[w].CPU)
		}
	}
}

// size computes a pool for each node with ports. A packet lies in the receiving
// port's node until it has left, so the peer's transmit ring counts here too.
func (p *Plan) size() {
	nodes := map[int]*PoolPlan{}
	for _, o := range p.Ports {
		n := nodes[o.Node]
		if n == nil {
			n = &PoolPlan{Node: o.Node, Cache: p.Config.Cache, DataRoom: p.Config.DataRoom}
			nodes[o.Node] = n
		}
		n.RxDescs += o.RxQueues * o.RxDescs
		if o.Peer >= 0 {
			n.TxDescs += p.Ports[o.Peer].TxQueues * p.Ports[o.Peer].TxDescs
		}
	}
	workers := len(p.Workers)
	for _, n := range nodes {
		// A burst in hand and as many packets that it originates; a cache
		// is flushed at one and a half times its size.
		n.Bursts = workers * 2 * dpdk.BurstSize
		n.Held = workers * p.Config.Held
		n.Caches = workers * n.Cache * 3 / 2
		n.Steer = workers * (workers - 1) * p.Config.SteerRing
		sum := n.RxDescs + n.TxDescs + n.Bursts + n.Held + n.Caches + n.Steer
		n.Mbufs = 1
		for n.Mbufs < sum {
			n.Mbufs = n.Mbufs<<1 | 1
		}
		n.Bytes = dpdk.PoolBytes(n.Mbufs, n.DataRoom)
		p.Pools = append(p.Pools, *n)
	}
	slices.SortFunc(p.Pools, func(a, b PoolPlan) int { return a.Node - b.Node })
}

func (p *Plan) note(format string, a ...any) { p.Notes = append(p.Notes, fmt.Sprintf(format, a...)) }

// Memory is what DPDK needs, in octets: the pools, and a tenth for rings,
// queues and what memory loses to alignment. Ask the EAL for MemoryMB.
func (p *Plan) Memory() int64 {
	var sum int64
	for _, n := range p.Pools {
		sum += n.Bytes
	}
	return sum + sum/10 + 16<<20
}

// MemoryMB is Memory in MB, rounded up, for dpdk.EALConfig.
func (p *Plan) MemoryMB() int { return int((p.Memory() + 1<<20 - 1) >> 20) }

// String is the plan as `weir run --dry-run` prints it.
func (p *Plan) String() string {
	var b strings.Builder
	for i, pair := range p.Config.Pairs {
		fmt.Fprintf(&b, "pair %s: %v, startup %v", pair.Name, pair.Mode, pair.Startup)
		if pair.LinkPropagation {
			b.WriteString(", link propagation")
		}
		if pair.Offload {
			b.WriteString(", offload")
		}
		b.WriteByte('\n')
		for _, o := range p.Ports {
			if o.Pair != i {
				continue
			}
			side := "outside"
			if o.Inside {
				side = "inside"
			}
			fmt.Fprintf(&b, "  %-7s %s: NUMA node %d, %d rx × %d, %d tx × %d", side, o.Device, o.Node, o.RxQueues, o.RxDescs, o.TxQueues, o.TxDescs)
			if o.MTU > 0 {
				fmt.Fprintf(&b, ", MTU %d", o.MTU)
			}
			b.WriteByte('\n')
		}
	}
	for i, w := range p.Workers {
		fmt.Fprintf(&b, "worker %d: CPU %d, NUMA node %d, polls", i, w.CPU, w.Node)
		for _, q := range w.Queues {
			fmt.Fprintf(&b, " %s/%d", p.Ports[q.Port].Device, q.Queue)
		}
		if len(w.Queues) == 0 {
			b.WriteString(" nothing")
		}
		b.WriteByte('\n')
	}
	for _, n := range p.Pools {
		fmt.Fprintf(&b, "pool of NUMA node %d: %d mbufs of %d octets, %.1f MB (rx %d, tx %d, bursts %d, held %d, caches %d, steering %d)\n",
			n.Node, n.Mbufs, n.DataRoom, float64(n.Bytes)/(1<<20), n.RxDescs, n.TxDescs, n.Bursts, n.Held, n.Caches, n.Steer)
	}
	fmt.Fprintf(&b, "DPDK memory: %d MB\n", p.MemoryMB())
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}
