package worker

import "testing"

// TestLaps: what a lap takes itself is left out where single packets are timed, and
// only there.
func TestLaps(t *testing.T) {
	for _, fine := range []bool{false, true} {
		now := uint64(1000)
		l := newLaps(func() uint64 { now += 7; return now }, fine)
		l.lap(StageDecode)
		now += 100
		l.lap(StageSend)
		want := uint64(107)
		if fine {
			want = 100
		}
		if got := l.total[StageDecode]; got != want {
			t.Errorf("fine %v: %d cycles, want %d", fine, got, want)
		}
	}
}
