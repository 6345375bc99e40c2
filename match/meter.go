package match

// metering samples what rules cost: every SampleEvery-th packet each rule that
// is judged is timed. Counts of checks and matches are kept for the sampled
// ones alone, so that metering can always be on.
type metering struct {
	clock  func() uint64
	every  uint32
	tick   uint32
	Meters []Meter // by rule, off the Go heap or nil when off
}

// Meter is what is known of one rule's cost.
type Meter struct {
	Checks, Matches, Cycles, MaxCycles uint64
}

// SetMeters switches profiling on: m has a row for each rule of the bundle,
// clock counts cycles, one evaluation in every is timed.
func (e *Engine) SetMeters(m []Meter, clock func() uint64, every uint32) {
	e.Meters, e.clock, e.every = m, clock, max(every, 1)
}

func (e *Engine) meterStart(rule uint32) uint64 {
	if e.Meters == nil {
		return 0
	}
	e.tick++
	if e.tick%e.every != 0 || int(rule) >= len(e.Meters) {
		return 0
	}
	return e.clock()
}

func (e *Engine) meterEnd(rule uint32, start uint64, matched bool) {
	if start == 0 {
		return
	}
	m := &e.Meters[rule]
	d := e.clock() - start
	m.Checks++
	m.Cycles += d
	m.MaxCycles = max(m.MaxCycles, d)
	if matched {
		m.Matches++
	}
}
