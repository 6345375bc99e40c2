package counter

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/event"
)

var testSet = NewSet(Tables{
	DecodeEvents: []string{"ipv4.pkt_too_small", "", "tcp.hlen_too_small"},
	StreamEvents: []string{"pkt_invalid_ack"},
	AppProtos:    []string{"http", "dns_udp"},
})

// TestNames keeps every fixed counter named, and all names distinct and fit for
// a tree.
func TestNames(t *testing.T) {
	seen := map[string]ID{}
	for id := range ID(testSet.Len()) {
		n := testSet.Name(id)
		if n == "" {
			if id < numFixed {
				t.Errorf("counter %d has no name", id)
			}
			continue
		}
		if old, ok := seen[n]; ok {
			t.Errorf("%q is both %d and %d", n, old, id)
		}
		seen[n] = id
		if n != strings.ToLower(n) || strings.ContainsAny(n, " -\"") {
			t.Errorf("%q is no counter name", n)
		}
	}
	for want, id := range map[string]ID{
		"decoder.pkts":                            DecodePkts,
		"ips.drop_reason.stream_error":            Drop(event.ReasonStreamError),
		"ips.drop_reason.tunnel_packet_drop":      Drop(event.ReasonInnerPacket),
		"weir.freed_by.link_down":                 Freed(event.ReasonLinkDown),
		"exception_policy.flow.memcap.reject":     Exception(TargetFlowMemcap, PolicyReject),
		"exception_policy.app_layer.error.bypass": Exception(TargetAppError, PolicyBypass),
		"weir.cycles.detect":                      Cycles(StageDetect),
		"decoder.event.tcp.hlen_too_small":        testSet.DecodeEvent(2),
		"stream.pkt_invalid_ack":                  testSet.StreamEvent(0),
		"app_layer.flow.dns_udp":                  testSet.AppFlow(1),
		"app_layer.tx.http":                       testSet.AppTx(0),
		"app_layer.error.dns_udp.alloc":           testSet.AppErr(1, AppErrorAlloc),
	} {
		if got := testSet.Name(id); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if testSet.AppTx(2) != Nowhere || testSet.DecodeEvent(-1) != Nowhere {
		t.Error("an index outside the table has a counter")
	}
}

// TestPublish goes from two workers' memory through pages into one row.
func TestPublish(t *testing.T) {
	pages := [][]uint64{make([]uint64, testSet.Len()), make([]uint64, testSet.Len())}
	for i, p := range pages {
		l := NewLocal(testSet, p)
		l.Add(DecodePkts, uint64(10+i))
		l.Add(DecodeBytes, 1000)
		l.Max(DecodeMaxPktSize, uint64(100*(i+1)))
		l.Inc(Nowhere)
		l.Publish(p)
		// A successor goes on from the page.
		l = NewLocal(testSet, p)
		l.Inc(DecodePkts)
		l.Publish(p)
	}
	row := make([]uint64, testSet.Len())
	testSet.Merge(row, pages...)
	if row[DecodePkts] != 23 || row[DecodeMaxPktSize] != 200 {
		t.Errorf("pkts %d, largest %d", row[DecodePkts], row[DecodeMaxPktSize])
	}
	l := NewLocal(testSet, pages[0])
	if n := testing.AllocsPerRun(100, func() {
		l.Inc(DecodePkts)
		l.BurstFill(64)
		l.PollGap(12345)
		l.Publish(pages[0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestStats prints a row and parses it again.
func TestStats(t *testing.T) {
	row := make([]uint64, testSet.Len())
	row[DecodePkts], row[DecodeBytes] = 4, 402
	row[Drop(event.ReasonRules)] = 3
	row[testSet.DecodeEvent(0)] = 2
	before := make([]uint64, testSet.Len())
	before[DecodePkts] = 1
	for _, c := range []struct {
		row  Row
		want string
	}{
		{Row{Now: row}, `{"decoder":{"pkts":4,"bytes":402,"avg_pkt_size":100,"event":{"ipv4":{"pkt_too_small":2}}},"ips":{"drop_reason":{"rules":3}}}`},
		{Row{Now: row, Before: before, Deltas: true}, `{"decoder":{"pkts":4,"pkts_delta":3,"bytes":402,"avg_pkt_size":100,"bytes_delta":402,"event":{"ipv4":{"pkt_too_small":2,"pkt_too_small_delta":2}}},"ips":{"drop_reason":{"rules":3,"rules_delta":3}}}`},
		{Row{Now: before[:0]}, `{}`},
	} {
		got := "{" + string(testSet.AppendMembers(nil, c.row)) + "}"
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	all := "{" + string(testSet.AppendMembers(nil, Row{Now: row, Nulls: true})) + "}"
	if !json.Valid([]byte(all)) {
		t.Errorf("not JSON: %s", all)
	}
}

// TestGapBins puts every bound on the right side, and reads a quantile back.
func TestGapBins(t *testing.T) {
	for i := range NumGapBins - 1 {
		_, below := GapBin(i)
		if gapIndex(below-1) != i || gapIndex(below) != i+1 {
			t.Errorf("bin %d: bound %d lies in %d and %d", i, below, gapIndex(below-1), gapIndex(below))
		}
	}
	if gapIndex(^uint64(0)) != NumGapBins-1 {
		t.Error("the largest gap is not in the last bin")
	}
	page := make([]uint64, testSet.Len())
	l := NewLocal(testSet, page)
	for range 999 {
		l.PollGap(1000)
	}
	l.PollGap(300_000)
	l.Publish(page)
	if q := GapQuantile(page, 0.5); q < 1000 || q > 1300 {
		t.Errorf("median %d", q)
	}
	if q := GapQuantile(page, 0.9995); q < 300_000 || q > 400_000 {
		t.Errorf("p99.95 %d", q)
	}
	if page[PollGapAbove200us] != 1 || page[PollGapMaxNS] != 300_000 {
		t.Errorf("above 200 µs: %d, longest %d", page[PollGapAbove200us], page[PollGapMaxNS])
	}
}

// BenchmarkPublish walks a set as large as the engine's.
func BenchmarkPublish(b *testing.B) {
	s := NewSet(Tables{DecodeEvents: make([]string, 400), AppProtos: make([]string, 45)})
	page := make([]uint64, s.Len())
	l := NewLocal(s, page)
	for b.Loop() {
		l.Inc(DecodePkts)
		l.Publish(page)
	}
}
