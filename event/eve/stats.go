package eve

import (
	"bytes"
	"strconv"
)

// Stats is what a stats event says. Members are JSON members as
// counter.Set.AppendMembers makes them.
type Stats struct {
	TimeUS  int64
	UptimeS uint64
	Totals  []byte
	// Full are the totals with those that are zero, for outputs that want them.
	Full []byte
	// Rules are those in force; nil where there is no detection.
	Rules *RuleStats
	// Threads are the members of each worker by its name, or empty.
	Threads []ThreadStats
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
	Name    string
	Members []byte
}

// AppendStats appends a stats event without a line end.
func (e *Encoder) AppendStats(dst []byte, s *Stats) []byte {
	dst = append(dst, `{"timestamp":"`...)
	dst = e.stamp.Append(dst, s.TimeUS)
	dst = append(dst, `","event_type":"stats","stats":{"uptime":`...)
	dst = strconv.AppendUint(dst, s.UptimeS, 10)
	totals := s.Totals
	if e.opts.StatsNulls && len(s.Full) > 0 {
		totals = s.Full
	}
	if s.Rules != nil {
		// The engines stand among the counters of detection, if there are any.
		before, after, found := bytes.Cut(totals, detectMember)
		dst = append(dst, ',')
		if found {
			dst = append(dst, before...)
		}
		dst = s.Rules.append(append(dst, detectMember...), e.stamp)
		if found {
			totals = after
		} else {
			dst = append(dst, '}')
		}
	}
	if len(totals) > 0 {
		dst = append(append(dst, ','), totals...)
	}
	if len(s.Threads) > 0 {
		dst = append(dst, `,"threads":{`...)
		for i, t := range s.Threads {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, []byte(t.Name))
			dst = append(dst, ":{"...)
			dst = append(append(dst, t.Members...), '}')
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
