package output

import (
	"fmt"
	"strings"
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/event/eve"
)

// statsLog formats counters as the table that stats.log has.
type statsLog struct{ opts eve.StatsOptions }

func (*statsLog) want(*event.Record) bool { return false }

func (*statsLog) append(dst []byte, _ *event.Record) ([]byte, bool) { return dst, false }

// table is what is said at one time.
func (l *statsLog) table(dst []byte, s *eve.Stats) []byte {
	rule := strings.Repeat("-", 84) + "\n"
	t, up := time.UnixMicro(s.TimeUS), s.UptimeS
	dst = fmt.Appendf(dst, "%sDate: %d/%d/%d -- %s (uptime: %dd, %02dh %02dm %02ds)\n%s%-46s| %-26s| Value\n%s", rule,
		t.Month(), t.Day(), t.Year(), t.Format("15:04:05"), up/86400, up/3600%24, up/60%60, up%60, rule, "Counter", "TM Name", rule)
	if !l.opts.NoTotals {
		dst = l.rows(dst, s.Set, "Total", s.Totals.Now)
	}
	if l.opts.Threads {
		for _, x := range s.Threads {
			dst = l.rows(dst, s.Set, x.Name, x.Now)
		}
	}
	return dst
}

func (l *statsLog) rows(dst []byte, set *counter.Set, name string, values []uint64) []byte {
	for i, v := range values {
		if v != 0 || l.opts.Nulls {
			dst = fmt.Appendf(dst, "%-46s| %-26s| %d\n", set.Name(counter.ID(i)), name, v)
		}
	}
	return dst
}
