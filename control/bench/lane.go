package bench

import (
	"fmt"
	"runtime"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
	"golang.org/x/sys/unix"
)

// lane is one worker of a run with the source that it polls.
type lane struct {
	id     int
	cpu    int // -1: any
	source port.Source
	sink   port.Sink // nil: what leaves is freed
	all    uint64    // packets of the source
	worker *worker.Worker
	ctr    *counter.Local
	lat    latency

	packets, nanos uint64 // what it processed, on how much CPU
	middle         uint64 // mallocs of the process when half was done
}

// makeWorker makes a lane's worker as the configuration says.
func (r *engineRun) makeWorker(l *lane, sections *config.Sections) error {
	role := wiring.Role{ID: l.id, Workers: len(r.lanes), Inline: r.spec.Inline, Replay: true, NoChecksums: true}
	c, err := wiring.Worker(sections, role)
	if err != nil {
		return err
	}
	if c.Anomaly == nil && r.spec.Anomaly {
		if c.Anomaly, err = anomaly.NewPolicy(anomaly.DefaultConfig()); err != nil {
			return err
		}
	}
	if r.spec.Burst > 0 {
		c.Burst = r.spec.Burst
	}
	if r.spec.Budget > 0 {
		c.Overload = worker.Overload{BudgetNS: uint64(r.spec.Budget), HoldUS: 1_000_000, HZ: r.hz}
	}
	c.Clock, c.Fine = clock.TSC, r.spec.Stages
	rx := worker.Port{Rx: l.source, Peer: 1, Mode: port.IDS, Link: input.LinkType(r.link)}
	if r.spec.Inline {
		rx.Mode = port.Inline
	}
	if l.sink == nil {
		l.sink = port.Discard{}
	}
	c.Ports = []worker.Port{rx, {Tx: l.sink, Peer: 0, Inside: true}}
	if c.Ring, err = r.region.Ring(l.id); err != nil {
		return err
	}
	l.ctr = counter.NewLocal(r.set, nil)
	c.Counters, c.Set, c.Steer = l.ctr, r.set, r.steer
	c.State, c.Sets = r.state, r.sets
	c.Wait = func() { unix.Nanosleep(&unix.Timespec{Nsec: 50_000}, nil) }
	if l.worker, err = worker.New(c); err != nil {
		return err
	}
	l.worker.Warm()
	return nil
}

// work plays everything on a thread of its own and measures it.
func (l *lane) work(r *engineRun, start chan struct{}) error {
	runtime.LockOSThread()
	if r.steer != nil {
		defer r.steer.Rest(l.id)
	}
	if l.cpu >= 0 {
		var set unix.CPUSet
		set.Set(l.cpu)
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			return fmt.Errorf("bench: CPU %d for worker %d: %w", l.cpu, l.id, err)
		}
	}
	if err := dpdk.RegisterThread(); err != nil {
		return err
	}
	defer dpdk.UnregisterThread()
	<-start
	w0 := now(unix.CLOCK_THREAD_CPUTIME_ID)
	half := l.all / 2
	last := clock.TSC()
	for !l.source.Done() {
		if l.packets >= half {
			half = ^uint64(0)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			l.middle = m.Mallocs
		}
		n := l.worker.Poll(0)
		t := clock.TSC()
		l.lat.add(t-last, n)
		last = t
		l.packets += uint64(n)
	}
	w1 := now(unix.CLOCK_THREAD_CPUTIME_ID)
	if r.steer != nil {
		// Waiting for the others is no work: it is left out.
		for r.steer.Rest(l.id); !r.steer.Quiet(); {
			l.packets += uint64(l.worker.PollRings())
		}
	}
	w2 := now(unix.CLOCK_THREAD_CPUTIME_ID)
	l.worker.Finish()
	l.nanos = now(unix.CLOCK_THREAD_CPUTIME_ID) - w2 + w1 - w0
	return nil
}

// add adds what the lane measured.
func (l *lane) add(res *Result, hz uint64) {
	l.worker.Account()
	got := l.ctr.Get(counter.RXPkts)
	res.Packets += got
	res.Worker += l.nanos
	res.Rate += float64(got) * 1e9 / float64(max(l.nanos, 1))
	res.Octets += l.ctr.Get(counter.RXBytes)
	res.Flows += l.ctr.Get(counter.FlowTotal)
	res.TXFull += l.ctr.Get(counter.TXFull)
	res.HandedOver += l.ctr.Get(counter.HandedOver)
	res.Shed += l.ctr.Get(counter.ShedPkts)
	res.SteerFull += l.ctr.Get(counter.SteerFull)
	res.Unbalanced += l.worker.Unbalanced()
	for s := range worker.NumStages {
		if n := l.worker.StageTime(s); n > 0 && s != worker.StageIdle && s != worker.StageAway {
			res.Stages[s.String()] += nanos(n, hz)
		}
	}
	m := l.worker.Engine().Stats
	for k, v := range map[string]uint64{"jobs": m.Jobs, "scanned_octets": m.ScannedOctets, "hits": m.Hits, "candidates": m.Candidates,
		"matches": m.Matches, "state_full": m.StateFull, "steps_exceeded": m.StepsExceeded, "hits_full": m.HitsFull,
		"candidate_overflow": m.CandidateOverflow} {
		res.Match[k] += v
	}
}
