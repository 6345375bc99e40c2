package match

import "testing"

func TestMeterPage(t *testing.T) {
	const workers, rules = 2, 5
	mem := make([]byte, MeterSize(workers, rules))
	p, err := NewMeterPage(mem, workers, rules, 4)
	if err != nil {
		t.Fatal(err)
	}
	q, err := OpenMeterPage(mem)
	if err != nil || q.Rules() != rules || q.Workers() != workers || q.Every() != 4 {
		t.Fatalf("%+v, %v", q, err)
	}
	p.Row(0)[3] = Meter{Checks: 1, Matches: 1, Cycles: 10, MaxCycles: 10}
	p.Row(1)[3] = Meter{Checks: 2, Cycles: 50, MaxCycles: 40}
	if got := q.Sum(3); got != (Meter{3, 1, 60, 40}) {
		t.Errorf("%+v", got)
	}
	if got := q.Sum(2); got != (Meter{}) {
		t.Errorf("another rule's: %+v", got)
	}
	for i, step := range []struct{ on, want bool }{{true, true}, {true, true}, {false, false}, {false, false}, {true, true}} {
		if !p.Rest(4, step.on) || q.Resting(4) != step.want || q.Resting(3) {
			t.Errorf("step %d: %v %v", i, q.Resting(4), q.Resting(3))
		}
	}
	if p.head.nresting.Load() != 1 {
		t.Errorf("%d rules rest", p.head.nresting.Load())
	}
	if p.Rest(rules, true) || p.Resting(rules) {
		t.Error("a rule beyond the last rests")
	}
}

func TestMeterPageRefuses(t *testing.T) {
	mem := make([]byte, MeterSize(1, 3))
	if _, err := OpenMeterPage(mem); err == nil {
		t.Error("zeroes")
	}
	if _, err := NewMeterPage(mem, 2, 3, 1); err == nil {
		t.Error("too small")
	}
	if _, err := NewMeterPage(mem, 1, 3, 1); err != nil {
		t.Fatal(err)
	}
	// A broken engine claims more than there is.
	meterHeadOf(mem).rules = 1 << 31
	if _, err := OpenMeterPage(mem); err == nil {
		t.Error("more rules than fit")
	}
	meterHeadOf(mem).rules, meterHeadOf(mem).workers = 4, 1
	if _, err := OpenMeterPage(mem); err == nil {
		t.Error("one rule more than fits")
	}
	if _, err := OpenMeterPage(mem[:10]); err == nil {
		t.Error("less than a head")
	}
}

// One judgement in so many is timed, and none without a clock or an interval.
func TestSampling(t *testing.T) {
	now := uint64(100)
	clock := func() uint64 { now += 7; return now }
	for _, row := range []struct {
		every  uint32
		clock  func() uint64
		checks uint64
	}{{1, clock, 100}, {4, clock, 25}, {200, clock, 0}, {0, clock, 0}, {1, nil, 0}} {
		p, err := NewMeterPage(make([]byte, MeterSize(1, 2)), 1, 2, row.every)
		if err != nil {
			t.Fatal(err)
		}
		var e Engine
		e.SetMeters(p, 0, row.clock)
		for range 100 {
			e.meterEnd(1, e.meterStart(1), true)
		}
		if m := p.Sum(1); m.Checks != row.checks || m.Matches != row.checks || m.Cycles != 7*row.checks {
			t.Errorf("every %d: %+v", row.every, m)
		}
		e.meterEnd(9, e.meterStart(9), true) // a rule beyond the last
	}
}
