package state

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// series are n packets between two hosts, a tenth of a second apart from a time on.
func series(n int, from float64) []*input.Packet {
	var out []*input.Packet
	for i := range n {
		out = append(out, packet(1, 2, from+float64(i)/10))
	}
	return out
}

func TestThresholdTypes(t *testing.T) {
	src := match.TrackSrc
	for _, row := range []struct {
		name    string
		rec     match.ThresholdRec
		packets []*input.Packet
		want    string
	}{
		{"limit", match.ThresholdRec{Type: match.ThLimit, Track: src, Count: 2, Seconds: 10}, series(5, 0), "eeqqq"},
		{"limit starts over", match.ThresholdRec{Type: match.ThLimit, Track: src, Count: 1, Seconds: 10}, append(series(2, 0), series(2, 11)...), "eqeq"},
		{"limit at the window's last moment", match.ThresholdRec{Type: match.ThLimit, Track: src, Count: 1, Seconds: 10}, append(series(1, 0), series(1, 10)...), "eq"},
		{"threshold", match.ThresholdRec{Type: match.ThThreshold, Track: src, Count: 3, Seconds: 10}, series(7, 0), "bbebbeb"},
		{"threshold of one", match.ThresholdRec{Type: match.ThThreshold, Track: src, Count: 1, Seconds: 10}, series(3, 0), "eee"},
		{"threshold forgets", match.ThresholdRec{Type: match.ThThreshold, Track: src, Count: 3, Seconds: 10}, append(series(2, 0), series(3, 20)...), "bbbbe"},
		{"both", match.ThresholdRec{Type: match.ThBoth, Track: src, Count: 2, Seconds: 10}, series(5, 0), "beqqq"},
		{"both of one", match.ThresholdRec{Type: match.ThBoth, Track: src, Count: 1, Seconds: 10}, series(3, 0), "eqq"},
		{"both starts over", match.ThresholdRec{Type: match.ThBoth, Track: src, Count: 2, Seconds: 10}, append(series(3, 0), series(3, 20)...), "beqbeq"},
		{"backoff", match.ThresholdRec{Type: match.ThBackoff, Track: match.TrackFlow, Count: 1, Multiplier: 10}, withFlow(series(12, 0), 5), "eqqqqqqqqeqq"},
		{"backoff from two", match.ThresholdRec{Type: match.ThBackoff, Track: match.TrackFlow, Count: 2, Multiplier: 2}, withFlow(series(9, 0), 5), "beqeqqqeq"},
		{"detection_filter", match.ThresholdRec{Type: match.ThDetection, Track: src, Count: 3, Seconds: 10}, series(6, 0), "bbbeee"},
		{"detection_filter starts over", match.ThresholdRec{Type: match.ThDetection, Track: src, Count: 1, Seconds: 10}, append(series(3, 0), series(2, 20)...), "beebe"},
		{"rate_filter", match.ThresholdRec{Type: match.ThRate, Track: src, Count: 2, Seconds: 10, Timeout: 5}, series(5, 0), "eennn"},
		{"rate_filter ends", match.ThresholdRec{Type: match.ThRate, Track: src, Count: 1, Seconds: 10, Timeout: 5}, append(series(3, 0), series(3, 20)...), "ennEen"},
		{"rate_filter without end", match.ThresholdRec{Type: match.ThRate, Track: src, Count: 1, Seconds: 10, Timeout: 1 << 30}, append(series(3, 0), series(2, 1e6)...), "ennnn"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := outcomes(tables(t, small()), &row.rec, row.packets...); got != strings.ToLower(row.want) {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

func withFlow(ps []*input.Packet, id uint64) []*input.Packet {
	for _, p := range ps {
		p.Flow = &input.Flow{ID: id}
	}
	return ps
}

// Who is counted together: each row gives packets, and how many counters they
// make.
func TestThresholdTracks(t *testing.T) {
	a, b, c := packet(1, 2, 0), packet(2, 1, 0), packet(1, 3, 0)
	withFlow([]*input.Packet{a, b}, 1)
	withFlow([]*input.Packet{c}, 2)
	v6 := packet(1, 2, 0)
	v6.IPVersion = 6
	none := packet(9, 9, 0)
	for _, row := range []struct {
		name    string
		track   uint8
		packets []*input.Packet
		want    string // with a limit of one: e for each counter's first
	}{
		{"by_src", match.TrackSrc, []*input.Packet{a, b, c, v6}, "eeqe"},
		{"by_dst", match.TrackDst, []*input.Packet{a, b, c, a}, "eeeq"},
		{"by_both is a pair either way", match.TrackBoth, []*input.Packet{a, b, c, c}, "eqeq"},
		{"by_rule", match.TrackRule, []*input.Packet{a, b, c, v6}, "eqqq"},
		{"by_flow", match.TrackFlow, []*input.Packet{a, b, c, none}, "eqeb"},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := match.ThresholdRec{Type: match.ThLimit, Track: row.track, Count: 1, Seconds: 60}
			if got := outcomes(tables(t, small()), &rec, row.packets...); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
	s := tables(t, small())
	rec := match.ThresholdRec{Type: match.ThLimit, Track: match.TrackRule, Count: 1, Seconds: 60}
	other := *someRule
	other.SID++
	if s.Threshold(&rec, someRule, a) != match.Emit || s.Threshold(&rec, &other, a) != match.Emit {
		t.Error("two rules have one counter")
	}
}

func TestUniquePorts(t *testing.T) {
	rec := match.ThresholdRec{Type: match.ThDetection, Track: match.TrackSrc, Count: 2, Seconds: 10, Unique: match.UniqueDstPort}
	at := func(sec float64, port uint16) *input.Packet { return packet(1, 2, sec, 1, port) }
	s := tables(t, small())
	if got := outcomes(s, &rec, at(0, 80), at(0, 80), at(0, 80), at(1, 81), at(1, 80), at(1, 0), at(1, 80)); got != "bbbbbee" {
		t.Error(got)
	}
	// The next window counts anew.
	if got := outcomes(s, &rec, at(20, 80), at(20, 81), at(20, 81), at(20, 65535)); got != "bbbe" {
		t.Error(got)
	}
	rec.Unique = match.UniqueSrcPort
	if got := outcomes(tables(t, small()), &rec, at(0, 80), at(0, 81), at(0, 82), at(0, 83)); got != "bbbb" {
		t.Error("the destination's port counted: " + got)
	}
}

// When all port sets are in use, packets are counted and the counter says so; a
// set comes back when its entry makes room.
func TestPortSetsRunOut(t *testing.T) {
	c := Config{Thresholds: Ways, Bits: 8, Tags: 8, PortSets: 2}
	s := tables(t, c)
	rec := match.ThresholdRec{Type: match.ThDetection, Track: match.TrackSrc, Count: 1, Seconds: 1000, Unique: match.UniqueDstPort}
	for i := range byte(3) {
		outcomes(s, &rec, packet(10+i, 2, float64(i), 1, 80))
	}
	if s.Count(PortSetsFull) != 1 {
		t.Errorf("%d times full", s.Count(PortSetsFull))
	}
	// The third counts packets, the first still ports.
	if got := outcomes(s, &rec, packet(12, 2, 3, 1, 80), packet(10, 2, 3, 1, 80)); got != "eb" {
		t.Error(got)
	}
	// Eight more push the first ones out of the only bucket, and their sets with
	// them.
	for i := range byte(20) {
		outcomes(s, &rec, packet(50+i, 2, 10+float64(i), 1, 80))
	}
	if s.Count(ThresholdEvicted) == 0 {
		t.Error("nothing made room")
	}
	used := 0
	for i := range s.thresholds.buckets[0].entries {
		if s.thresholds.buckets[0].entries[i].ports != 0 {
			used++
		}
	}
	if used != 2 {
		t.Errorf("%d entries have port sets, 2 exist", used)
	}
}

// At the memcap the entry that ran out goes first, then the one that was not
// touched for longest; a live one that goes is counted.
func TestEviction(t *testing.T) {
	s := tables(t, Config{Thresholds: Ways, Bits: Ways, Tags: Ways})
	rec := match.ThresholdRec{Type: match.ThLimit, Track: match.TrackSrc, Count: 1, Seconds: 100}
	short := rec
	short.Seconds = 1
	outcomes(s, &short, packet(1, 9, 0)) // runs out at 1
	for i := byte(2); i <= Ways; i++ {
		outcomes(s, &rec, packet(i, 9, float64(i)/10))
	}
	if n, _, _ := s.Used(); n != Ways {
		t.Fatalf("%d entries", n)
	}
	outcomes(s, &rec, packet(100, 9, 5)) // takes the place of 1
	if s.Count(ThresholdEvicted) != 0 {
		t.Error("a live entry made room while one had run out")
	}
	outcomes(s, &rec, packet(2, 9, 6)) // touched: 3 is the oldest now
	outcomes(s, &rec, packet(101, 9, 7))
	if s.Count(ThresholdEvicted) != 1 {
		t.Errorf("%d evicted", s.Count(ThresholdEvicted))
	}
	if got := outcomes(s, &rec, packet(2, 9, 8), packet(3, 9, 8)); got != "qe" {
		t.Errorf("%s: 2 was to stay and 3 to go", got)
	}
}
