package match

import (
	"errors"
	"sync/atomic"
)

// metering samples what rules cost: one judgement in so many is timed. Counts of
// checks and matches are kept for the sampled ones alone, so that metering can
// always be on.
type metering struct {
	clock func() uint64
	every uint32
	tick  uint32
	page  *MeterPage
	rows  []Meter
}

// Meter is what was sampled of one rule: judgements, how many of them matched,
// and the cycles that they took in all and at most.
type Meter struct {
	Checks, Matches, Cycles, MaxCycles uint64
}

// MeterPage is what all workers know of the rules of one bundle, in memory that
// readers of other processes may map: which rules rest, and a row of meters for
// each worker. A row has one writer; readers see numbers that may be a judgement
// apart.
type MeterPage struct {
	head    *meterHead
	resting []atomic.Uint32 // by rule, 1: it is not judged
	meters  []Meter         // worker by worker
	workers int
}

// meterHead stands at the start of the memory.
type meterHead struct {
	magic          uint64
	workers, rules uint32
	// nresting counts rules that rest: as long as there are none, nobody looks
	// further.
	nresting atomic.Uint32
	every    uint32
	_        [5]uint64
}

const meterMagic = 0x776569726d747231

// maxMeters bounds what a page of a broken engine may claim.
const maxMeters = 1 << 26

// ErrMeters says that memory holds no meters.
var ErrMeters = errors.New("memory holds no meters of rules")

// NewMeterPage lays meters out in zeroed memory of at least MeterSize octets; one
// judgement in every is timed.
func NewMeterPage(mem []byte, workers, rules int, every uint32) (*MeterPage, error) {
	if len(mem) < MeterSize(workers, rules) {
		return nil, ErrMeters
	}
	h := meterHeadOf(mem)
	h.magic, h.workers, h.rules, h.every = meterMagic, uint32(workers), uint32(rules), every
	return OpenMeterPage(mem)
}

// OpenMeterPage views what NewMeterPage laid out.
func OpenMeterPage(mem []byte) (*MeterPage, error) {
	if len(mem) < meterHeadSize {
		return nil, ErrMeters
	}
	h := meterHeadOf(mem)
	w, r := int(h.workers), int(h.rules)
	if h.magic != meterMagic || w > maxMeters || r > maxMeters || w*r > maxMeters || len(mem) < MeterSize(w, r) {
		return nil, ErrMeters
	}
	return &MeterPage{head: h, workers: w, resting: restingOf(mem, r), meters: metersOf(mem, w, r)}, nil
}

// Every is how many judgements stand behind one that was timed.
func (p *MeterPage) Every() uint32 { return p.head.every }

// Rules counts the rules, Workers the rows.
func (p *MeterPage) Rules() int   { return len(p.resting) }
func (p *MeterPage) Workers() int { return p.workers }

// Row is a worker's own row.
func (p *MeterPage) Row(worker int) []Meter {
	n := len(p.resting)
	return p.meters[worker*n : (worker+1)*n : (worker+1)*n]
}

// Sum is a rule's meters of all workers.
func (p *MeterPage) Sum(rule int) (m Meter) {
	for w := range p.workers {
		x := &p.meters[w*len(p.resting)+rule]
		m.Checks += x.Checks
		m.Matches += x.Matches
		m.Cycles += x.Cycles
		m.MaxCycles = max(m.MaxCycles, x.MaxCycles)
	}
	return m
}

// Rest takes a rule out, or back in; workers see it with their next judgement.
func (p *MeterPage) Rest(rule uint32, on bool) bool {
	if int64(rule) >= int64(len(p.resting)) {
		return false
	}
	v, step := uint32(0), ^uint32(0)
	if on {
		v, step = 1, 1
	}
	if p.resting[rule].Swap(v) != v {
		p.head.nresting.Add(step)
	}
	return true
}

// Resting reports whether a rule is not judged.
func (p *MeterPage) Resting(rule uint32) bool {
	return p.head.nresting.Load() != 0 && int64(rule) < int64(len(p.resting)) && p.resting[rule].Load() != 0
}

// SetMeters switches profiling on for the bundle that the engine runs, or off
// with nil. clock counts cycles; worker is the engine's row.
func (e *Engine) SetMeters(p *MeterPage, worker int, clock func() uint64) {
	e.page, e.rows, e.clock = p, nil, clock
	if p == nil || worker >= p.workers {
		e.page = nil
		return
	}
	if clock != nil && p.head.every > 0 {
		e.rows, e.every = p.Row(worker), p.head.every
	}
}

// rests reports whether a rule is left out for now.
func (e *Engine) rests(rule uint32) bool { return e.page != nil && e.page.Resting(rule) }

func (e *Engine) meterStart(rule uint32) uint64 {
	if e.rows == nil {
		return 0
	}
	if e.tick++; e.tick < e.every || int64(rule) >= int64(len(e.rows)) {
		return 0
	}
	e.tick = 0
	return e.clock()
}

func (e *Engine) meterEnd(rule uint32, start uint64, matched bool) {
	if start == 0 {
		return
	}
	m := &e.rows[rule]
	d := e.clock() - start
	m.Checks++
	m.Cycles += d
	m.MaxCycles = max(m.MaxCycles, d)
	if matched {
		m.Matches++
	}
}
