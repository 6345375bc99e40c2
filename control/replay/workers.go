package replay

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event/counter"
)

// A replay with several workers shows that it makes no difference how many there
// are: the first receives everything and passes on what is not its own, as behind
// a port without RSS, and each packet is done before the next one comes.

// maxWorkers bounds --workers: each has all tables.
const maxWorkers = 8

// more is a worker beside the first.
type more struct {
	worker *worker.Worker
	ctr    *counter.Local
}

func (r *run) workers() int { return max(r.o.Workers, 1) }

// makeRings prepares the first worker's configuration.
func (r *run) makeRings(c *worker.Config) (err error) {
	if r.workers() == 1 {
		return nil
	}
	if r.steer, err = port.NewSteer(r.workers(), 1<<14, 0); err != nil {
		return err
	}
	c.Steer, c.Workers = r.steer, r.workers()
	r.source = &oneByOne{from: r.source}
	c.Ports[0].Rx = r.source
	return nil
}

// makeMore makes the other workers as the first one, first.
func (r *run) makeMore(first worker.Config, role wiring.Role) error {
	for i := 1; i < r.workers(); i++ {
		role.ID = i
		c, err := wiring.Worker(r.sections, role)
		if err != nil {
			return err
		}
		c.State, c.Sets, c.Steer, c.Workers, c.Burst = first.State, first.Sets, first.Steer, first.Workers, first.Burst
		c.Set, c.Wait, c.MeterClock = first.Set, first.Wait, first.MeterClock
		c.Ports = append(c.Ports, first.Ports...)
		c.Ports[0].Rx = nil
		if c.Ring, err = r.region.Ring(i); err != nil {
			return err
		}
		c.Counters = counter.NewLocal(r.set, nil)
		w, err := worker.New(c)
		if err != nil {
			return err
		}
		r.more = append(r.more, more{w, c.Counters})
	}
	return nil
}

// publishMore gives the others the first worker's policy, with what each needs
// for itself.
func (r *run) publishMore(pol *worker.Policy) error {
	for _, m := range r.more {
		sc, err := pol.Bundle.NewScratch()
		if err != nil {
			return err
		}
		scripts, err := pol.Bundle.NewScripts()
		if err != nil {
			return err
		}
		m.worker.Publish(&worker.Policy{Bundle: pol.Bundle, Scratch: sc, Magic: pol.Magic, Scripts: scripts})
	}
	return nil
}

// pollMore lets the workers go on until nothing is between them.
func (r *run) pollMore() {
	for busy := len(r.more) > 0; busy; {
		busy = false
		for _, m := range r.more {
			busy = m.worker.Poll(r.worker.Now()) > 0 || busy
		}
		busy = r.worker.PollRings() > 0 || busy
	}
}

func (r *run) finishMore() {
	for _, m := range r.more {
		m.worker.Finish()
	}
}

func (r *run) unbalancedMore() (n int64) {
	for _, m := range r.more {
		n += m.worker.Unbalanced()
	}
	return n
}

// addMore publishes the others' counters.
func (r *run) addMore() {
	for i, m := range r.more {
		m.worker.Account()
		m.ctr.Publish(r.region.Counters(i + 1)[:r.set.Len()])
	}
}

// pages are the counters of all workers.
func (r *run) pages() (p [][]uint64) {
	for i := range r.workers() {
		p = append(p, r.region.Counters(i)[:r.set.Len()])
	}
	return p
}

// oneByOne hands out the packets of another source one at a time.
type oneByOne struct {
	from port.Source
	b    dpdk.Burst
	next int
}

// RxBurst gives the next packet.
func (o *oneByOne) RxBurst(b *dpdk.Burst) int {
	b.N = 0
	if o.next >= int(o.b.N) {
		o.next = 0
		if o.from.RxBurst(&o.b) == 0 {
			return 0
		}
	}
	i := o.next
	o.next++
	b.Mbuf[0], b.Addr[0], b.OlFlags[0], b.Timestamp[0] = o.b.Mbuf[i], o.b.Addr[i], o.b.OlFlags[i], o.b.Timestamp[i]
	b.Len[0], b.PktLen[0], b.WireLen[0], b.RSSHash[0] = o.b.Len[i], o.b.PktLen[i], o.b.WireLen[i], o.b.RSSHash[i]
	b.VLAN[0], b.Port[0], b.NSegs[0], b.Flags[0] = o.b.VLAN[i], o.b.Port[i], o.b.NSegs[i], o.b.Flags[i]
	b.N = 1
	return 1
}

// Done says that no packet is left.
func (o *oneByOne) Done() bool { return o.next >= int(o.b.N) && o.from.Done() }
