package clock

import (
	"math/bits"
	"time"
)

// Calibrate measures the counter against the monotonic clock for d (10 ms give
// an error of about 5e-5) and returns its frequency in Hz.
func Calibrate(d time.Duration) uint64 {
	t0, c0 := pair()
	time.Sleep(d)
	t1, c1 := pair()
	ns := uint64(t1.Sub(t0))
	if ns == 0 {
		ns = 1
	}
	hi, lo := bits.Mul64(c1-c0, uint64(time.Second))
	hz, _ := bits.Div64(hi%ns, lo, ns)
	return hz
}

// pair reads both clocks as close together as they come in a few tries.
func pair() (t time.Time, c uint64) {
	best := ^uint64(0)
	for range 5 {
		c0 := TSC()
		now := time.Now()
		c1 := TSC()
		if c1-c0 < best {
			best, t, c = c1-c0, now, c0+(c1-c0)/2
		}
	}
	return t, c
}

// Wall turns counter readings into µs since 1970. The zero value gives 0.
type Wall struct {
	hz, tsc uint64
	micros  int64
}

// NewWall anchors a Wall at the present time; hz is Calibrate's.
func NewWall(hz uint64) Wall {
	t, c := pair()
	return Wall{hz: hz, tsc: c, micros: t.UnixMicro()}
}

// Micros is the wall time of a counter reading, in µs since 1970. A reading
// from before the anchor gives the anchor's time.
func (w *Wall) Micros(tsc uint64) int64 {
	if w.hz == 0 || tsc <= w.tsc {
		return w.micros
	}
	hi, lo := bits.Mul64(tsc-w.tsc, 1_000_000)
	if hi >= w.hz {
		return w.micros
	}
	us, _ := bits.Div64(hi, lo, w.hz)
	return w.micros + int64(us)
}
