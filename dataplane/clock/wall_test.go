package clock

import (
	"testing"
	"time"
)

func TestTSCAdvances(t *testing.T) {
	a := TSC()
	time.Sleep(time.Millisecond)
	if b := TSC(); b <= a {
		t.Errorf("%d, then %d", a, b)
	}
}

func TestMicros(t *testing.T) {
	for _, row := range []struct {
		w    Wall
		tsc  uint64
		want int64
	}{
		{Wall{}, 5, 0},
		{Wall{hz: 2_000_000_000, tsc: 1000, micros: 7}, 1000, 7},
		{Wall{hz: 2_000_000_000, tsc: 1000, micros: 7}, 999, 7},
		{Wall{hz: 2_000_000_000, tsc: 1000, micros: 7}, 1000 + 2_000_000_000, 1_000_007},
		{Wall{hz: 2_000_000_000, tsc: 0, micros: 0}, 1 << 63, 1 << 63 / 2000},
		{Wall{hz: 1, tsc: 0, micros: 3}, 1 << 63, 3},
	} {
		if got := row.w.Micros(row.tsc); got != row.want {
			t.Errorf("%+v at %d: %d, want %d", row.w, row.tsc, got, row.want)
		}
	}
}

// TestWallFollowsTime holds Wall against the system clock, with room for a
// busy machine.
func TestWallFollowsTime(t *testing.T) {
	w := NewWall(Calibrate(20 * time.Millisecond))
	time.Sleep(20 * time.Millisecond)
	lo := time.Now().UnixMicro()
	got := w.Micros(TSC())
	hi := time.Now().UnixMicro()
	if got < lo-5000 || got > hi+5000 {
		t.Errorf("%d is not between %d and %d", got, lo, hi)
	}
	if n := testing.AllocsPerRun(100, func() { w.Micros(TSC()) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
