package anomaly

import (
	"testing"
	"time"
)

// TestSnapshotsMerge: a source spread over four workers is whole in control.
func TestSnapshotsMerge(t *testing.T) {
	labs := [4]*lab{}
	for w := range labs {
		labs[w] = newLab(t, nil)
		if _, _, ok := labs[w].s.Snapshot(SYNFloodSource); ok {
			t.Error("a window before any was finished")
		}
		labs[w].drain()
		for i := range uint32(100) {
			labs[w].observe(syn(client, server+i%50, uint16(i), 80))
		}
		labs[w].pass(1100 * time.Millisecond)
		labs[w].drain()
	}
	sum, _, ok := labs[0].s.Snapshot(SYNFloodSource)
	for _, l := range labs[1:] {
		c, _, more := l.s.Snapshot(SYNFloodSource)
		if err := sum.Merge(&c); err != nil || !more {
			t.Fatal(err, more)
		}
	}
	src := ip(client)
	if got := sum.Estimate(labs[0].s.Hash(&src, 4)); !ok || got != 400 || sum.Total() != 400 {
		t.Errorf("%d of %d, want 400", got, sum.Total())
	}
	if _, _, ok := labs[0].s.Snapshot(PortScan); ok {
		t.Error("a port scan has no counter")
	}
}
