package metrics

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/metrics"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// family begins the lines of one name: help and type stand once, before them.
func family(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// quoted is a label's value as Prometheus text writes it.
func quoted(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(v) + `"`
}

// write writes a snapshot.
func (s *Snapshot) write(w io.Writer) {
	family(w, "weir_build_info", "gauge", "Version of weir, always 1.")
	metrics.WriteGaugeUint64(w, "weir_build_info{version="+quoted(s.Version)+"}", 1)
	s.simple(w)
	s.workers(w)
	s.drops(w)
	s.histograms(w)
	s.ports(w)
	s.rules(w)
	s.outputs(w)
	s.counters(w)
}

func (s *Snapshot) simple(w io.Writer) {
	up := uint64(0)
	if s.Up {
		up = 1
	}
	for _, g := range []struct {
		name, kind, help string
		v                float64
	}{
		{"weir_engine_up", "gauge", "Whether an engine runs.", float64(up)},
		{"weir_engine_restarts_total", "counter", "Engines that this control had to start again.", float64(s.Restarts)},
		{"weir_wire_outage_seconds_total", "counter", "Time without a polling worker, over all restarts.", s.Outage.Seconds()},
		{"weir_engine_mallocs_total", "counter", "Objects that Go allocated in the engine.", float64(at(s.Engine, counter.EngineMallocs))},
		{"weir_engine_gc_cycles_total", "counter", "Garbage collections of the engine.", float64(at(s.Engine, counter.EngineGC))},
		{"weir_engine_heap_bytes", "gauge", "Octets of the engine's Go heap in use.", float64(at(s.Engine, counter.EngineHeapBytes))},
		{"weir_offload_rules", "gauge", "Flows that ports drop by themselves now.", float64(at(s.Engine, counter.OffloadActive))},
		{"weir_offload_rules_total", "counter", "Flows that ports were told to drop by themselves.", float64(at(s.Engine, counter.OffloadMade))},
		{"weir_offload_refused_total", "counter", "Flows that ports would not drop by themselves.", float64(at(s.Engine, counter.OffloadRefused))},
		{"weir_offload_packets_total", "counter", "Packets that ports dropped by themselves, where they count them.", float64(at(s.Engine, counter.FlowBypassedLocalCapturePkts))},
		{"weir_rules_loaded", "gauge", "Rules in force.", float64(s.RulesLoaded)},
		{"weir_rules_refused", "gauge", "Rules that could not be loaded.", float64(s.RulesFailed)},
		{"weir_rules_generation", "gauge", "Number of the policy in force.", float64(s.Generation)},
		{"weir_blocks", "gauge", "Prefixes blocked by hand.", float64(s.Blocks)},
		{"weir_control_start_time_seconds", "gauge", "When control started, seconds since the epoch.", float64(s.Started.UnixMilli()) / 1000},
	} {
		family(w, g.name, g.kind, g.help)
		metrics.WriteGaugeFloat64(w, g.name, g.v)
	}
}

// perWorker are the numbers that are shown for each worker.
var perWorker = []struct {
	id               counter.ID
	name, kind, help string
}{
	{counter.RXPkts, "weir_received_packets_total", "counter", "Packets received."},
	{counter.RXBytes, "weir_received_bytes_total", "counter", "Octets received."},
	{counter.TXPkts, "weir_sent_packets_total", "counter", "Packets that ports took."},
	{counter.Originated, "weir_originated_packets_total", "counter", "Packets that weir made, such as resets."},
	{counter.Held, "weir_held_packets", "gauge", "Packets held for later: fragments, segments."},
	{counter.ShedPkts, "weir_shed_packets_total", "counter", "Packets whose payload was not inspected because bursts cost more than overload.latency-budget."},
	{counter.ShedRegex, "weir_shed_regexes_total", "counter", "Regular expressions of rules that were not run because the burst was over overload.latency-budget."},
	{counter.ShedFlows, "weir_shed_flows_total", "counter", "Flows that were spared payload inspection for a while."},
	{counter.OverBudget, "weir_bursts_over_budget_total", "counter", "Bursts that cost more than overload.latency-budget."},
	{counter.WouldDrop, "weir_would_drop_packets_total", "counter", "Packets that tap mode or a shadow policy let through."},
	{counter.FlowActive, "weir_flows", "gauge", "Flows in the table."},
	{counter.FlowTotal, "weir_flows_total", "counter", "Flows begun."},
	{counter.FlowMemcap, "weir_flow_memcap_total", "counter", "Packets that found the flow table full."},
	{counter.Loops, "weir_loops_total", "counter", "Loops of the worker."},
	{counter.LoopsEmpty, "weir_empty_loops_total", "counter", "Loops that received nothing."},
	{counter.PollGapAbove200us, "weir_poll_gaps_above_200us_total", "counter", "Gaps between two polls above 200 microseconds."},
	{counter.MatchScannedBytes, "weir_scanned_bytes_total", "counter", "Octets given to the pattern matcher."},
	{counter.DetectAlert, "weir_alerts_total", "counter", "Alerts."},
	{counter.AnomalyFindings, "weir_anomaly_findings_total", "counter", "Findings of anomaly detectors."},
}

func (s *Snapshot) workers(w io.Writer) {
	for _, m := range perWorker {
		family(w, m.name, m.kind, m.help)
		for i, row := range s.Rows {
			metrics.WriteCounterUint64(w, m.name+`{worker="`+strconv.Itoa(i)+`"}`, at(row, m.id))
		}
	}
	family(w, "weir_cycles_total", "counter", "Processor cycles by stage.")
	for i, row := range s.Rows {
		for st := range counter.NumStages {
			metrics.WriteCounterUint64(w, fmt.Sprintf(`weir_cycles_total{worker="%d",stage="%s"}`, i, st), at(row, counter.Cycles(st)))
		}
	}
	rings := []struct {
		name, kind, help string
		v                func(*event.Counters) uint64
	}{
		{"weir_events_written_total", "counter", "Events that went into the ring.", func(c *event.Counters) uint64 { return c.Written }},
		{"weir_events_lost_total", "counter", "Events that found the ring full.", func(c *event.Counters) uint64 { return c.Lost }},
		{"weir_events_truncated_total", "counter", "Events cut to the longest record.", func(c *event.Counters) uint64 { return c.Truncated }},
		{"weir_ring_depth_bytes", "gauge", "Octets that wait in the ring.", func(c *event.Counters) uint64 { return c.Depth }},
		{"weir_ring_size_bytes", "gauge", "Octets that the ring holds.", func(c *event.Counters) uint64 { return c.Size }},
	}
	for _, m := range rings {
		family(w, m.name, m.kind, m.help)
		for i := range s.Rings {
			metrics.WriteCounterUint64(w, m.name+"{worker="+quoted(s.workerName(i))+"}", m.v(&s.Rings[i]))
		}
	}
	family(w, "weir_heartbeat_age_seconds", "gauge", "Time since the last loop.")
	for i, age := range s.Ages {
		metrics.WriteGaugeFloat64(w, "weir_heartbeat_age_seconds{worker="+quoted(s.workerName(i))+"}", age.Seconds())
	}
}

// workerName is a worker's label; the one behind them is housekeeping.
func (s *Snapshot) workerName(i int) string {
	if i == len(s.Rows) {
		return "housekeeping"
	}
	return strconv.Itoa(i)
}

func (s *Snapshot) drops(w io.Writer) {
	family(w, "weir_dropped_packets_total", "counter", "Packets dropped, by reason.")
	for i, row := range s.Rows {
		for r := event.ReasonNone + 1; r < event.ReasonConsumed; r++ {
			if v := at(row, counter.Drop(r)); v > 0 {
				metrics.WriteCounterUint64(w, fmt.Sprintf(`weir_dropped_packets_total{worker="%d",reason=%s}`, i, quoted(r.String())), v)
			}
		}
	}
	family(w, "weir_freed_packets_total", "counter", "Packet buffers freed instead of sent, by reason.")
	for i, row := range s.Rows {
		for r := event.ReasonNone + 1; r < event.NumReasons; r++ {
			if v := at(row, counter.Freed(r)); v > 0 {
				metrics.WriteCounterUint64(w, fmt.Sprintf(`weir_freed_packets_total{worker="%d",reason=%s}`, i, quoted(r.String())), v)
			}
		}
	}
}

// histograms writes burst fill and poll gaps as Prometheus' histograms; the sums
// are estimates from the bins' bounds.
func (s *Snapshot) histograms(w io.Writer) {
	bins := func(name, help string, n int, bin func(i int) (id counter.ID, bound, value float64)) {
		family(w, name, "histogram", help)
		for i, row := range s.Rows {
			var total uint64
			var sum float64
			for b := range n {
				id, bound, value := bin(b)
				total += at(row, id)
				sum += float64(at(row, id)) * value
				le := "+Inf"
				if b < n-1 {
					le = strconv.FormatFloat(bound, 'g', -1, 64)
				}
				metrics.WriteCounterUint64(w, fmt.Sprintf(`%s_bucket{worker="%d",le="%s"}`, name, i, le), total)
			}
			metrics.WriteCounterFloat64(w, fmt.Sprintf(`%s_sum{worker="%d"}`, name, i), sum)
			metrics.WriteCounterUint64(w, fmt.Sprintf(`%s_count{worker="%d"}`, name, i), total)
		}
	}
	bins("weir_burst_fill_packets", "Packets of a burst.", counter.NumFillBins, func(i int) (counter.ID, float64, float64) {
		id, most := counter.FillBin(i)
		return id, float64(most), float64(most)
	})
	bins("weir_poll_gap_seconds", "Time between two polls of a worker.", counter.NumGapBins, func(i int) (counter.ID, float64, float64) {
		id, below := counter.GapBin(i)
		return id, float64(below) / 1e9, float64(below) / 1e9
	})
}

func (s *Snapshot) ports(w io.Writer) {
	for _, m := range []struct {
		name, kind, help string
		v                func(*Port) uint64
	}{
		{"weir_port_up", "gauge", "Whether the link is up.", func(p *Port) uint64 {
			if p.Up {
				return 1
			}
			return 0
		}},
		{"weir_port_received_packets_total", "counter", "Packets that the port received.", func(p *Port) uint64 { return p.RxPackets }},
		{"weir_port_received_bytes_total", "counter", "Octets that the port received.", func(p *Port) uint64 { return p.RxBytes }},
		{"weir_port_missed_packets_total", "counter", "Packets lost because the receive queue was full.", func(p *Port) uint64 { return p.RxMissed }},
		{"weir_port_receive_errors_total", "counter", "Packets that the port found broken.", func(p *Port) uint64 { return p.RxErrors }},
		{"weir_port_no_buffer_total", "counter", "Packets lost because the pool was empty.", func(p *Port) uint64 { return p.RxNoMbuf }},
		{"weir_port_sent_packets_total", "counter", "Packets that the port sent.", func(p *Port) uint64 { return p.TxPackets }},
		{"weir_port_sent_bytes_total", "counter", "Octets that the port sent.", func(p *Port) uint64 { return p.TxBytes }},
		{"weir_port_send_errors_total", "counter", "Packets that the port failed to send.", func(p *Port) uint64 { return p.TxErrors }},
	} {
		family(w, m.name, m.kind, m.help)
		for i := range s.Ports {
			p := &s.Ports[i]
			metrics.WriteCounterUint64(w, m.name+"{pair="+quoted(p.Pair)+",port="+quoted(p.Name)+",side="+quoted(p.Side)+"}", m.v(p))
		}
	}
}

func (s *Snapshot) rules(w io.Writer) {
	family(w, "weir_rule_hits_total", "counter", "Alerts of each rule that control has read.")
	for _, r := range s.RuleHits {
		metrics.WriteCounterUint64(w, fmt.Sprintf(`weir_rule_hits_total{gid="%d",sid="%d"}`, r.GID, r.SID), r.Hits)
	}
}

func (s *Snapshot) outputs(w io.Writer) {
	for _, m := range []struct {
		name, kind, help string
		v                func(*Output) uint64
	}{
		{"weir_output_lines_total", "counter", "Lines written.", func(o *Output) uint64 { return o.Written }},
		{"weir_output_lost_lines_total", "counter", "Lines lost because the output could not write.", func(o *Output) uint64 { return o.Lost }},
		{"weir_output_degraded", "gauge", "Whether the output cannot write now.", func(o *Output) uint64 {
			if o.Degraded {
				return 1
			}
			return 0
		}},
	} {
		family(w, m.name, m.kind, m.help)
		for i := range s.Outputs {
			metrics.WriteCounterUint64(w, m.name+"{output="+quoted(s.Outputs[i].Name)+"}", m.v(&s.Outputs[i]))
		}
	}
}

// counters writes every counter by the name that EVE stats gives it, merged over
// the workers; what is shown above as well is small enough to be shown twice.
func (s *Snapshot) counters(w io.Writer) {
	pages := append(append([][]uint64(nil), s.Rows...), s.Engine)
	row := make([]uint64, s.Set.Len())
	s.Set.Merge(row, pages...)
	for _, gauge := range []bool{false, true} {
		name, kind, help := "weir_stats_total", "counter", "Counters as EVE stats names them."
		if gauge {
			name, kind, help = "weir_stats", "gauge", "Levels as EVE stats names them."
		}
		family(w, name, kind, help)
		for id := range counter.ID(s.Set.Len()) {
			n := s.Set.Name(id)
			if n == "" || row[id] == 0 || s.Set.Gauge(id) != gauge || strings.HasPrefix(n, "weir.poll_gap.le") || strings.HasPrefix(n, "weir.burst_fill") {
				continue
			}
			metrics.WriteCounterUint64(w, name+"{name="+quoted(n)+"}", row[id])
		}
	}
}

func at(row []uint64, id counter.ID) uint64 {
	if int(id) < len(row) {
		return row[id]
	}
	return 0
}
