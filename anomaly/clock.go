package anomaly

const (
	// maxStepUS: a packet further ahead is either the end of an idle time or a
	// wrong clock; it takes jumpConfirm in a row to be believed.
	maxStepUS = 60_000_000
	// maxLagUS: packets further behind than disorder explains.
	maxLagUS    = 10_000_000
	jumpConfirm = 8
)

// clock turns packet times into a time that never runs backwards nor jumps on
// one packet's word. A capture out of order stands still for a moment; a clock
// set back goes on from where it was.
type clock struct {
	mono    int64 // starts at 1 s, so that 0 is always long ago
	ref     int64 // packet time that mono stands for
	ahead   uint8
	behind  uint8
	started bool
}

// advance takes a packet's time and returns the monotone time; jumped says
// that packet time was set back or leapt, so windows in progress are void.
func (c *clock) advance(us int64) (now int64, jumped bool) {
	d := us - c.ref
	switch {
	case !c.started:
		c.started, c.ref, c.mono = true, us, 1_000_000
	case d >= 0 && d <= maxStepUS:
		c.mono += d
		c.ref = us
		c.ahead, c.behind = 0, 0
	case d < 0 && d >= -maxLagUS:
		c.ahead, c.behind = 0, 0
	case d > 0:
		if c.ahead++; c.ahead >= jumpConfirm {
			// An idle time: what waits for it to pass has waited. A span beyond
			// a day says nothing more, and might overflow what is added to it.
			c.mono += min(d, 24*3600*1_000_000)
			c.ref, c.ahead, c.behind = us, 0, 0
			return c.mono, true
		}
	default:
		if c.behind++; c.behind >= jumpConfirm {
			c.ref, c.ahead, c.behind = us, 0, 0
			return c.mono, true
		}
	}
	return c.mono, false
}
