package supervisor

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/control/metrics"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// rows copies the counters of the workers, and those of housekeeping.
func (s *Supervisor) rows() (workers [][]uint64, house []uint64) {
	n := engine.Counters().Len()
	last := s.region.Layout().Workers - 1
	for i := range last + 1 {
		page := s.region.Counters(i)[:n]
		row := make([]uint64, n)
		for k := range row {
			row[k] = atomic.LoadUint64(&page[k])
		}
		if i == last {
			return workers, row
		}
		workers = append(workers, row)
	}
	return workers, nil
}

func rowOf(v []uint64) counter.Row { return counter.Row{Now: v} }

// parts are what Status and Snapshot read, once there is something to read.
type parts struct {
	rows   [][]uint64
	house  []uint64
	rings  []event.Counters
	ages   []time.Duration
	ports  []engine.PortRow
	eng    api.Engine
	outage time.Duration
	pump   output.Status
}

func (s *Supervisor) parts() *parts {
	p := &parts{}
	s.mu.Lock()
	region, readers, pump := s.region, s.readers, s.pump
	p.eng, p.outage = s.eng, s.outages
	s.mu.Unlock()
	if pump != nil {
		p.pump = pump.Status()
	}
	if region == nil || s.stopping.Load() {
		return p
	}
	p.rows, p.house = s.rows()
	for _, r := range readers {
		p.rings = append(p.rings, r.Counters())
	}
	now := time.Now().UnixMicro()
	for i := range region.Layout().Workers {
		_, us := region.Heartbeat(i).Last()
		p.ages = append(p.ages, max(time.Duration(now-us)*time.Microsecond, 0))
	}
	p.ports = engine.ReadPorts(region.Counters(region.Layout().Workers-1), engine.Counters().Len())
	p.eng.Mallocs, p.eng.Collections, p.eng.HeapBytes = p.house[counter.EngineMallocs], p.house[counter.EngineGC], p.house[counter.EngineHeapBytes]
	return p
}

// Status is the present state.
func (s *Supervisor) Status() api.Status {
	p := s.parts()
	set := engine.Counters()
	out := api.Status{Version: s.o.Version, Config: s.cfg.File, PID: os.Getpid(), Started: s.started, Engine: p.eng,
		Pairs: s.pairs(p.ports), Events: api.Events{Read: p.pump.Records, Broken: p.pump.Broken}, Blocks: len(s.blocks.all()),
		Drops: []api.Count{}, Degraded: []string{}, Workers: []api.Worker{}, Outputs: []api.Output{}}
	total := make([]uint64, set.Len())
	set.Merge(total, p.rows...)
	out.Received, out.Sent = total[counter.RXPkts], total[counter.TXPkts]
	out.Originated, out.Held, out.WouldDrop = total[counter.Originated], total[counter.Held], total[counter.WouldDrop]
	for r := event.ReasonNone + 1; r < event.NumReasons; r++ {
		n := total[counter.Freed(r)]
		out.Freed += n
		if n > 0 && r < event.ReasonConsumed {
			out.Drops = append(out.Drops, api.Count{Name: r.String(), Count: n})
		}
	}
	slices.SortStableFunc(out.Drops, func(a, b api.Count) int { return cmp.Compare(b.Count, a.Count) })
	for i, row := range p.rows {
		w := api.Worker{ID: i, CPU: s.plan.Placement.Workers[i], HeartbeatAge: p.ages[i], Received: row[counter.RXPkts], Sent: row[counter.TXPkts],
			Flows: row[counter.FlowActive], Generation: row[counter.BundleGeneration], PollGapP999: time.Duration(counter.GapQuantile(row, 0.999))}
		if i < len(p.rings) {
			w.RingDepth, w.RingSize, w.EventsLost = p.rings[i].Depth, p.rings[i].Size, p.rings[i].Lost
		}
		out.Workers = append(out.Workers, w)
	}
	for _, r := range p.rings {
		out.Events.Written += r.Written
		out.Events.Lost += r.Lost
	}
	for _, o := range p.pump.Sinks {
		out.Outputs = append(out.Outputs, outputOf(o))
	}
	s.rules.mu.RLock()
	out.Rules = api.Rules{Generation: s.rules.generation, Loaded: s.rules.loaded, Refused: s.rules.refused, Since: s.rules.since, Error: s.rules.lastError}
	s.rules.mu.RUnlock()
	out.Degraded = append(out.Degraded, degraded(&out)...)
	return out
}

// degraded says what is not as it should be.
func degraded(st *api.Status) []string {
	var out []string
	add := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	if st.Engine.State != "running" {
		add("the engine is %s", st.Engine.State)
	}
	for _, p := range st.Pairs {
		for _, o := range p.Ports {
			if !o.Link {
				add("pair %s: port %s has no link", p.Name, o.Name)
			}
		}
	}
	switch {
	case st.Rules.Error != "":
		add("rules: %s", st.Rules.Error)
	case st.Rules.Generation == 0:
		add("no rules are in force yet")
	}
	for _, o := range st.Outputs {
		if o.Degraded {
			add("output %s cannot write: %s (%d lines lost)", o.Name, o.Error, o.Lost)
		}
	}
	if st.Events.Lost > 0 {
		add("%d events were lost, since control did not read them in time", st.Events.Lost)
	}
	return out
}

// pairs joins the plan with the ports' rows.
func (s *Supervisor) pairs(rows []engine.PortRow) []api.Pair {
	out := []api.Pair{}
	for i, c := range s.plan.Ports.Config.Pairs {
		pair := api.Pair{Name: c.Name, Mode: s.plan.Spec.Modes[i].String(), Startup: c.Startup.String()}
		for k, o := range s.plan.Ports.Ports {
			if o.Pair != i {
				continue
			}
			p := api.Port{Name: s.plan.Spec.PortNames[o.Device], Device: o.Device, Side: side(o.Inside)}
			if k < len(rows) {
				r := &rows[k]
				p.Link, p.LinkUnknown, p.Mbps = r.Link != engine.LinkDown, r.Link == engine.LinkUnknown, r.LinkMbps
				p.RxPackets, p.RxBytes, p.RxMissed, p.RxNoMbuf, p.RxErrors = r.RxPackets, r.RxBytes, r.RxMissed, r.RxNoMbuf, r.RxErrors
				p.TxPackets, p.TxBytes, p.TxErrors = r.TxPackets, r.TxBytes, r.TxErrors
			}
			pair.Ports = append(pair.Ports, p)
		}
		out = append(out, pair)
	}
	return out
}

func side(inside bool) string {
	if inside {
		return "inside"
	}
	return "outside"
}

// Counters is a JSON object of all counters that are not zero.
func (s *Supervisor) Counters() []byte {
	p := s.parts()
	set := engine.Counters()
	total := make([]uint64, set.Len())
	set.Merge(total, append(append([][]uint64(nil), p.rows...), p.house)...)
	return append(set.AppendMembers([]byte{'{'}, rowOf(total)), '}')
}

// Snapshot is what a scrape shows.
func (s *Supervisor) Snapshot() *metrics.Snapshot {
	p := s.parts()
	m := &metrics.Snapshot{Version: s.o.Version, Set: engine.Counters(), Rows: p.rows, Engine: p.house, Rings: p.rings, Ages: p.ages,
		Up: p.eng.State == "running", Restarts: p.eng.Restarts, Outage: p.outage, Started: s.started, Blocks: len(s.blocks.all()), RuleHits: s.hits.bySID(&s.rules)}
	for _, pair := range s.pairs(p.ports) {
		for _, o := range pair.Ports {
			m.Ports = append(m.Ports, metrics.Port{Name: o.Name, Pair: pair.Name, Side: o.Side, Up: o.Link, RxPackets: o.RxPackets, RxBytes: o.RxBytes,
				RxMissed: o.RxMissed, RxErrors: o.RxErrors, RxNoMbuf: o.RxNoMbuf, TxPackets: o.TxPackets, TxBytes: o.TxBytes, TxErrors: o.TxErrors})
		}
	}
	for _, o := range p.pump.Sinks {
		x := outputOf(o)
		m.Outputs = append(m.Outputs, metrics.Output{Name: x.Name, Written: x.Written, Lost: x.Lost, Degraded: x.Degraded})
	}
	s.rules.mu.RLock()
	m.RulesLoaded, m.RulesFailed, m.Generation = s.rules.loaded, s.rules.refused, s.rules.generation
	s.rules.mu.RUnlock()
	return m
}

func outputOf(o output.SinkStatus) api.Output {
	return api.Output{Name: o.Name, Written: o.Lines, Lost: o.Lost, Degraded: o.Degraded != "", Error: o.Degraded}
}
