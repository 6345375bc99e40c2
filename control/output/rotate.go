package output

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Interval is how often a file is begun anew (rotate-interval): by the clock's minutes,
// hours or days, or every Every from the start on. The zero Interval is never.
type Interval struct {
	Every time.Duration
	clock byte // m, h or d
}

// ParseInterval reads minute, hour, day, or a number with s, m, h, d or w.
func ParseInterval(s string) (Interval, error) {
	switch s {
	case "":
		return Interval{}, nil
	case "minute", "hour", "day":
		return Interval{clock: s[0]}, nil
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	unit, number := time.Second, s
	if u, ok := units[s[len(s)-1]]; ok {
		unit, number = u, s[:len(s)-1]
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || n == 0 {
		return Interval{}, fmt.Errorf("%q is none of minute, hour, day, or a number with s, m, h, d or w", s)
	}
	return Interval{Every: time.Duration(n) * unit}, nil
}

// After is the next time behind now; zero: never.
func (i Interval) After(now time.Time) time.Time {
	y, m, d := now.Date()
	switch i.clock {
	case 'm':
		return time.Date(y, m, d, now.Hour(), now.Minute()+1, 0, 0, now.Location())
	case 'h':
		return time.Date(y, m, d, now.Hour()+1, 0, 0, 0, now.Location())
	case 'd':
		return time.Date(y, m, d+1, 0, 0, 0, 0, now.Location())
	}
	if i.Every > 0 {
		return now.Add(i.Every)
	}
	return time.Time{}
}

// timeName puts a time into a file's name, where that has strftime's conversions.
func timeName(name string, t time.Time) string {
	if !strings.Contains(name, "%") {
		return name
	}
	layouts := map[byte]string{'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
		'j': "002", 'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'R': "15:04", 'z': "-0700", 'Z': "MST"}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' || i+1 == len(name) {
			b.WriteByte(name[i])
			continue
		}
		i++
		switch c := name[i]; {
		case c == '%':
			b.WriteByte('%')
		case c == 's':
			b.WriteString(strconv.FormatInt(t.Unix(), 10))
		case layouts[c] != "":
			b.WriteString(t.Format(layouts[c]))
		default:
			b.WriteByte('%')
			b.WriteByte(c)
		}
	}
	return b.String()
}
