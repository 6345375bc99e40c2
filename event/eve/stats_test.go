package eve

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/weir-ips/weir/event/counter"
)

// TestStats: an output writes totals, threads, counters that are zero and differences
// as it wants them.
func TestStats(t *testing.T) {
	set := counter.NewSet(counter.Tables{})
	row := func(pkts uint64) []uint64 {
		r := make([]uint64, set.Len())
		r[counter.DecodePkts] = pkts
		return r
	}
	s := &Stats{TimeUS: 1, UptimeS: 5, Set: set, Totals: Counts{Now: row(30), Before: row(10)},
		Threads: []ThreadStats{{"W#01", Counts{Now: row(20), Before: row(10)}}, {"W#02", Counts{Now: row(10)}}}}
	pkts := func(o any, keys ...string) string {
		for _, k := range keys {
			m, _ := o.(map[string]any)
			o = m[k]
		}
		return fmt.Sprint(o)
	}
	for name, c := range map[string]struct {
		o                                    StatsOptions
		total, delta, first, second1, silent string
	}{
		"plain":   {StatsOptions{}, "30", "<nil>", "<nil>", "<nil>", "<nil>"},
		"threads": {StatsOptions{Threads: true}, "30", "<nil>", "20", "<nil>", "<nil>"},
		"alone":   {StatsOptions{Threads: true, NoTotals: true}, "<nil>", "<nil>", "20", "<nil>", "<nil>"},
		"deltas":  {StatsOptions{Threads: true, Deltas: true}, "30", "20", "20", "10", "<nil>"},
		"nulls":   {StatsOptions{Nulls: true}, "30", "<nil>", "<nil>", "<nil>", "0"},
	} {
		e := NewEncoder(testNames{}, Options{Stats: c.o, Sensor: "box"}, NewStamp(time.UTC))
		var m map[string]any
		if err := json.Unmarshal(e.AppendStats(nil, s), &m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := []string{pkts(m, "stats", "decoder", "pkts"), pkts(m, "stats", "decoder", "pkts_delta"), pkts(m, "stats", "threads", "W#01", "decoder", "pkts"),
			pkts(m, "stats", "threads", "W#01", "decoder", "pkts_delta"), pkts(m, "stats", "decoder", "bytes")}
		if want := []string{c.total, c.delta, c.first, c.second1, c.silent}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if m["host"] != "box" || pkts(m, "stats", "uptime") != "5" {
			t.Errorf("%s: host %v, uptime %v", name, m["host"], pkts(m, "stats", "uptime"))
		}
	}
}
