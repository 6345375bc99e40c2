package eve

import (
	"bytes"
	"strconv"

	"github.com/weir-ips/weir/event/counter"
)

// Stats is what a stats event says: the counters of Set.
type Stats struct {
	TimeUS  int64
	UptimeS uint64
	Set     *counter.Set
	// Totals are the sums over all workers, Threads those of each.
	Totals  Counts
	Threads []ThreadStats
	// Rules are those in force; nil where there is no detection.
	Rules *RuleStats
}

// Counts are values now, and at the stats event before.
type Counts struct{ Now, Before []uint64 }

// StatsOptions say which of them an output writes.
type StatsOptions struct {
	// NoTotals leaves the sums out, Threads adds each worker.
	NoTotals, Threads bool
	// Nulls writes counters that are zero, too; Deltas what was added since the
	// event before, beside each.
	Nulls, Deltas bool
}

func (o *StatsOptions) row(c Counts) counter.Row {
	return counter.Row{Now: c.Now, Before: c.Before, Nulls: o.Nulls, Deltas: o.Deltas}
}

// RuleStats say how many rules a load took, and when it was.
type RuleStats struct {
	LoadedUS                int64
	Loaded, Failed, Skipped int
}

// append writes the one detection engine there is, as a member of detect.
func (r *RuleStats) append(dst []byte, stamp *Stamp) []byte {
	dst = append(dst, `"engines":[{"id":0,"last_reload":"`...)
	dst = stamp.Append(dst, r.LoadedUS)
	for _, m := range []struct {
		name string
		n    int
	}{{`","rules_loaded":`, r.Loaded}, {`,"rules_failed":`, r.Failed}, {`,"rules_skipped":`, r.Skipped}} {
		dst = strconv.AppendInt(append(dst, m.name...), int64(m.n), 10)
	}
	return append(dst, `}]`...)
}

// detectMember begins the counters of detection among the members of a row.
var detectMember = []byte(`"detect":{`)

// ThreadStats are one worker's counters.
type ThreadStats struct {
	Name string
	Counts
}

// AppendStats appends a stats event without a line end.
func (e *Encoder) AppendStats(dst []byte, s *Stats) []byte {
	dst = append(dst, `{"timestamp":"`...)
	dst = e.stamp.Append(dst, s.TimeUS)
	dst = append(dst, `","event_type":"stats","stats":{"uptime":`...)
	dst = strconv.AppendUint(dst, s.UptimeS, 10)
	o := &e.opts.Stats
	if !o.NoTotals {
		dst = s.appendTotals(dst, s.Set.AppendMembers(nil, o.row(s.Totals)), e.stamp)
	}
	if o.Threads && len(s.Threads) > 0 {
		dst = append(dst, `,"threads":{`...)
		for i, t := range s.Threads {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, []byte(t.Name))
			dst = append(dst, ":{"...)
			dst = append(s.Set.AppendMembers(dst, o.row(t.Counts)), '}')
		}
		dst = append(dst, '}')
	}
	dst = append(dst, '}')
	if e.opts.Sensor != "" {
		dst = append(dst, `,"host":`...)
		dst = appendString(dst, []byte(e.opts.Sensor))
	}
	return append(dst, '}')
}

// appendTotals writes the members of totals and the rules in force.
func (s *Stats) appendTotals(dst, totals []byte, stamp *Stamp) []byte {
	if s.Rules != nil {
		// The engines stand among the counters of detection, if there are any.
		before, after, found := bytes.Cut(totals, detectMember)
		dst = append(dst, ',')
		if found {
			dst = append(dst, before...)
		}
		dst = s.Rules.append(append(dst, detectMember...), stamp)
		if found {
			totals = after
		} else {
			dst = append(dst, '}')
		}
	}
	if len(totals) > 0 {
		dst = append(append(dst, ','), totals...)
	}
	return dst
}
