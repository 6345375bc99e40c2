package engine

import (
	"errors"
	"fmt"
	"os"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// inspector is a worker and the counters that it adds to.
type inspector struct {
	insp Inspector
	ctr  *counter.Local
}

// Counters are the counters of both processes.
func Counters() *counter.Set { return counters }

var counters = wiring.Counters()

// newInspectors makes the worker of each lane, as the configuration in the spec
// says.
func newInspectors(e *engine, set *counter.Set) ([]inspector, error) {
	cfg, _, err := config.Parse(e.spec.ConfigName, e.spec.Config, config.Options{})
	if err != nil {
		return nil, fmt.Errorf("engine: configuration: %w", err)
	}
	sec, _, err := cfg.Sections()
	if err != nil {
		return nil, fmt.Errorf("engine: configuration: %w", err)
	}
	pool, err := dpdk.NewPool("weir-own", ownMbufs, 0, ownRoom, dpdk.AnySocket)
	if err != nil {
		return nil, fmt.Errorf("engine: packets of our own: %w", err)
	}
	learned := e.learned(sec.Anomaly.StateFile)
	if e.sets, err = worker.SharedSets(); err != nil {
		return nil, fmt.Errorf("engine: memory for data sets: %w", err)
	}
	shared, err := wiring.State(sec, wiring.Role{})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	e.sampleEvery = sec.Policy.ProfileEvery
	var out []inspector
	for i := range e.set.Plan.Workers {
		c, err := wiring.Worker(sec, wiring.Role{ID: i, Workers: len(e.set.Plan.Workers), Inline: e.inline()})
		if err != nil {
			return nil, err
		}
		if e.spec.Burst > 0 {
			c.Burst = e.spec.Burst
		}
		c.Ports, c.Steer, c.Offload = e.workerPorts(i), e.set.Steer, e.set.Offload
		if err := e.pairPolicies(sec, c.Ports); err != nil {
			return nil, err
		}
		c.Sets, c.Live = e.sets, true
		c.Pool, c.State, c.MeterClock = pool, shared, clock.TSC
		c.Clock, c.Overload.HZ = clock.TSC, e.walls.hz
		c.Learned, c.SaveState = learned, sec.Anomaly.StateFile != ""
		ctr := newLocal(set, e.region.Counters(i)[:set.Len()])
		c.Counters, c.Set = ctr, set
		if c.Ring, err = e.region.Ring(i); err != nil {
			return nil, err
		}
		w, err := worker.New(c)
		if err != nil {
			return nil, err
		}
		w.Warm()
		out = append(out, inspector{w, ctr})
	}
	if len(out) == 0 {
		return nil, errors.New("engine: the plan has no workers")
	}
	return out, nil
}

// learned reads the detectors' state file. One that is damaged or foreign is a
// note, and the detectors begin with nothing learned.
func (e *engine) learned(file string) *anomaly.State {
	if file == "" {
		return nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var st *anomaly.State
	if err == nil {
		st, err = anomaly.ReadState(b)
	}
	if err != nil {
		e.ready.Notes = append(e.ready.Notes, fmt.Sprintf("anomaly.state-file %s: %v: the detectors learn anew", file, err))
		return nil
	}
	return st
}

const (
	ownMbufs = 1023 // for rejects
	ownRoom  = 2176
)

// inline reports whether any pair carries verdicts out.
func (e *engine) inline() bool {
	for _, m := range e.spec.Modes {
		if m == port.Inline {
			return true
		}
	}
	return false
}

// workerPorts are all ports as one worker sees them: its receive queues and its
// transmit queue on each.
func (e *engine) workerPorts(lane int) []worker.Port {
	at := map[*port.Port]int{}
	for i, p := range e.set.Ports {
		at[p] = i
	}
	out := make([]worker.Port, len(e.set.Ports))
	for i, p := range e.set.Ports {
		w := worker.Port{Peer: -1, Pair: uint16(p.Pair.Index), Mode: p.Pair.Mode, Inside: p.Inside, Link: input.LinkEthernet,
			StartupDrop: p.Pair.Startup == port.StartupDrop, Offload: e.set.Plan.Config.Pairs[p.Pair.Index].Offload}
		if p.Pair.Index < len(e.spec.Modes) {
			w.Mode = e.spec.Modes[p.Pair.Index]
		}
		if p.Peer != nil {
			w.Peer = at[p.Peer]
		}
		if w.Mode != port.IDS {
			w.Tx = e.set.Output(lane, p)
		}
		out[i] = w
	}
	for _, in := range e.set.Inputs(lane) {
		out[at[in.Port]].Rx = port.Live{Queue: in.Queue}
	}
	return out
}

func fingerprint() [32]byte { return wiring.Fingerprint() }

// pairPolicies gives ports the exception policies of their pairs.
func (e *engine) pairPolicies(sec *config.Sections, ports []worker.Port) error {
	_, pairs, err := sec.DPDK.Resolve()
	if err != nil {
		return fmt.Errorf("engine: configuration: %w", err)
	}
	byName := map[string]*worker.Exceptions{}
	for i := range pairs {
		x, err := wiring.PairExceptions(sec, &pairs[i])
		if err != nil {
			return fmt.Errorf("engine: dpdk.pairs: %s: %w", pairs[i].Name, err)
		}
		byName[pairs[i].Name] = x
	}
	for i, p := range e.set.Ports {
		ports[i].Exceptions = byName[p.Pair.Name]
	}
	return nil
}
