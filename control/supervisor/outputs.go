package supervisor

import (
	"fmt"
	"sync"
	"time"

	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/control/metrics"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
)

// openOutputs opens the rings for reading and the outputs for writing.
func (s *Supervisor) openOutputs() error {
	var readers []*event.Reader
	for i := range s.region.Layout().Workers {
		r, err := s.region.Reader(i)
		if err != nil {
			return err
		}
		readers = append(readers, r)
	}
	s.mu.Lock()
	s.readers = readers
	s.mu.Unlock()
	j, own, err := newJournal()
	if err != nil {
		return err
	}
	s.journal = j
	var opts []output.Options
	if s.o.Outputs != nil {
		if opts, err = s.o.Outputs(s.cfg, s.sec); err != nil {
			return err
		}
	}
	for i := range opts {
		// What weir says of itself belongs to the record of events, unless the
		// configuration says otherwise.
		if _, set := opts[i].Types[engineType]; !set && opts[i].Types != nil {
			opts[i].Types[engineType] = true
		}
	}
	if s.o.FileStore != nil {
		if s.store, err = s.o.FileStore(s.sec, &s.rules, s.report); err != nil {
			return err
		}
	}
	if s.o.CertStore != nil {
		if s.certs, err = s.o.CertStore(s.sec, s.report); err != nil {
			return err
		}
	}
	pump, err := output.NewPump(append(append([]*event.Reader(nil), readers...), own), &s.rules, opts, s.observe, s.report)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.pump = pump
	s.mu.Unlock()
	return nil
}

// observe is shown every record before it is written.
func (s *Supervisor) observe(r *event.Record) {
	s.hits.observe(r)
	if s.store != nil {
		s.store.Observe(r)
	}
	if s.certs != nil {
		s.certs.Observe(r)
	}
	if r.Head.Kind == event.KindState {
		if err := s.learned.take(r); err != nil {
			s.log.Warn("anomaly.state-file", "error", err)
		}
	}
}

// engineType is the event type of what engine and control say of themselves.
var engineType = event.KindLog.String()

// report is told when an output becomes degraded or fine again.
func (s *Supervisor) report(name, text string) { s.log.Warn("output "+name, "state", text) }

// writeStats writes a stats event of all workers and housekeeping.
func (s *Supervisor) writeStats(now time.Time) {
	set := engine.Counters()
	rows, house := s.rows()
	total := make([]uint64, set.Len())
	set.Merge(total, append(append([][]uint64(nil), rows...), house)...)
	s.rules.mu.RLock()
	rules := eve.RuleStats{LoadedUS: s.rules.since.UnixMicro(), Loaded: s.rules.loaded, Failed: s.rules.refused, Skipped: s.rules.skipped}
	s.rules.mu.RUnlock()
	x := &eve.Stats{
		Rules: &rules, Set: set, Totals: eve.Counts{Now: total},
		TimeUS: now.UnixMicro(), UptimeS: uint64(max(now.UnixMicro()-s.region.StartUS(), 0)) / 1_000_000,
	}
	for i, row := range append(rows, house) {
		name := fmt.Sprintf("W#%02d", i+1)
		if i == len(rows) {
			name = "HK#01" // housekeeping
		}
		x.Threads = append(x.Threads, eve.ThreadStats{Name: name, Counts: eve.Counts{Now: row}})
	}
	if b := s.statsBefore; b != nil {
		x.Totals.Before = b.Totals.Now
		for i := range min(len(b.Threads), len(x.Threads)) {
			x.Threads[i].Before = b.Threads[i].Now
		}
	}
	s.statsBefore = x
	s.pump.Stats(x)
}

// hits counts alerts by rule, for metrics.
type hits struct {
	mu    sync.Mutex
	rules map[[2]uint32]uint64 // generation, index
}

// maxHits bounds the map against an engine that invents rules.
const maxHits = 200_000

func (h *hits) observe(r *event.Record) {
	if r.Head.Kind != event.KindAlert || r.Head.Flags&event.HasRule == 0 {
		return
	}
	key := [2]uint32{r.Head.Generation, r.Head.RuleIndex}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rules == nil {
		h.rules = map[[2]uint32]uint64{}
	}
	if _, ok := h.rules[key]; ok || len(h.rules) < maxHits {
		h.rules[key]++
	}
}

// bySID sums over generations.
func (h *hits) bySID(names *policies) []metrics.RuleHits {
	h.mu.Lock()
	defer h.mu.Unlock()
	sum := map[[2]uint32]uint64{}
	for key, n := range h.rules {
		if r := names.Rule(key[0], key[1]); r != nil {
			sum[[2]uint32{r.GID, r.SID}] += n
		}
	}
	out := make([]metrics.RuleHits, 0, len(sum))
	for key, n := range sum {
		out = append(out, metrics.RuleHits{GID: key[0], SID: key[1], Hits: n})
	}
	return out
}
