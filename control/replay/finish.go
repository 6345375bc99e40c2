package replay

import (
	"fmt"
	"sort"
	"time"

	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/event/eve"
)

// finish writes the last events and adds up the summary.
func (r *run) finish() {
	totals := make([]uint64, r.set.Len())
	r.worker.Account()
	r.counters.Publish(r.region.Counters(0)[:r.set.Len()])
	r.addMore()
	r.set.Merge(totals, r.pages()...)
	stats := &eve.Stats{TimeUS: r.worker.Now(), Set: r.set, Totals: eve.Counts{Now: totals}}
	for i, page := range r.pages() {
		stats.Threads = append(stats.Threads, eve.ThreadStats{Name: fmt.Sprintf("W#%02d", i+1), Counts: eve.Counts{Now: page[:r.set.Len()]}})
	}
	if r.rules != nil {
		stats.Rules = &eve.RuleStats{LoadedUS: r.loaded.UnixMicro(), Loaded: r.rules.Loaded(), Failed: r.rules.Refused(), Skipped: r.rules.Meta.Skipped}
	}
	r.pump.Stats(stats)
	r.pump.Flush()
	r.pump.Close()
	s := &r.sum
	s.Octets, s.Flows, s.Sent = totals[counter.RXBytes], totals[counter.FlowTotal], totals[counter.TXPkts]
	s.Freed, s.Drops = map[string]uint64{}, map[string]uint64{}
	for reason := event.Reason(0); reason < event.NumReasons; reason++ {
		n := totals[counter.Freed(reason)]
		if n == 0 {
			continue
		}
		s.Freed[reason.String()] = n
		if reason != event.ReasonConsumed && reason != event.ReasonDefragConsumed {
			s.Drops[reason.String()] = n
		}
	}
	if r.explain != nil {
		r.explain.summary()
	}
	if r.meters != nil {
		table := wiring.NewRuleTable(r.refs, r.rules.Meta)
		p := wiring.Costs(r.meters, table.At, clock.Calibrate(20*time.Millisecond), time.Duration(s.Seconds*1e9), 0)
		s.Costs = &p
	}
	for _, h := range r.hits {
		s.Hits = append(s.Hits, *h)
	}
	sort.Slice(s.Hits, func(i, j int) bool {
		if s.Hits[i].Count != s.Hits[j].Count {
			return s.Hits[i].Count > s.Hits[j].Count
		}
		return s.Hits[i].SID < s.Hits[j].SID
	})
}
