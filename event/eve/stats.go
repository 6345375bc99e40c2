package eve

import "strconv"

// Stats is what a stats event says. Members are JSON members as
// counter.Set.AppendMembers makes them.
type Stats struct {
	TimeUS  int64
	UptimeS uint64
	Totals  []byte
	// Full are the totals with those that are zero, for outputs that want them.
	Full []byte
	// Threads are the members of each worker by its name, or empty.
	Threads []ThreadStats
}

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
