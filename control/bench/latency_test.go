package bench

import "testing"

// Every value falls into the bucket whose bounds hold it.
func TestBuckets(t *testing.T) {
	for _, v := range []uint64{0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 100, 1000, 1 << 20, 1<<20 + 1, 1 << 40} {
		b := bucket(v)
		if floor(b) > v || floor(b+1) <= v {
			t.Errorf("%d: bucket %d holds [%d, %d)", v, b, floor(b), floor(b+1))
		}
	}
}

func TestQuantiles(t *testing.T) {
	var l latency
	l.add(100, 90)
	l.add(1000, 9)
	l.add(10000, 1)
	got := map[string]uint64{}
	l.quantiles(got, 1_000_000_000)
	for name, in := range map[string][2]uint64{"p50": {100, 113}, "p90": {100, 113}, "p99": {1000, 1130}, "max": {10000, 11300}} {
		if got[name] < in[0] || got[name] > in[1] {
			t.Errorf("%s is %d, want %d to %d", name, got[name], in[0], in[1])
		}
	}
}
