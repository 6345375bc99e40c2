package anomaly

import (
	"math"

	"github.com/weir-ips/weir/anomaly/sketch"
)

const (
	// contributors kept by a counter while something is wrong.
	contributorSlots = 32
	// One in contributorSample packets beyond half the threshold is looked at
	// for contributors, and counts as many: a new key costs Space-Saving a walk
	// of its heap, which a flood of spoofed sources would ask for every time.
	contributorSample = 16
	// A baseline learns once a minute, slowly: to double it takes hours of
	// sustained, never reported traffic at twice the normal peak.
	learnEveryUS  = 60_000_000
	baselineAlpha = 1.0 / 256
	// warmMinutes before a baseline raises a threshold.
	warmMinutes = 30
)

// counter counts a figure per subject over a window, learns each pair's normal
// peak, and keeps who contributed.
type counter struct {
	det    ID
	cm     *sketch.RotatingCountMin
	top    sketch.SpaceSaving
	base   []sketch.Seasonal // by pair
	floor  [MaxPairs]uint32  // least figure that needs a look, by pair
	peak   [MaxPairs]uint32  // highest figure of the running minute
	found  [MaxPairs]bool    // a figure of the running minute was at the floor
	dueUS  int64
	teach  int64
	window int64
	looks  uint32 // figures at the floor or above, for sampling
	shares uint32 // contributions, for sampling
}

func newCounter(a *sketch.Arena, seed *sketch.Seed, det ID, width int) (counter, error) {
	c := counter{det: det}
	var err error
	if c.cm, err = sketch.NewRotatingCountMin(a, seed, width); err != nil {
		return c, err
	}
	if c.top, err = sketch.NewSpaceSaving(a, seed, contributorSlots); err != nil {
		return c, err
	}
	c.base = sketch.Take[sketch.Seasonal](a, MaxPairs)
	return c, a.Err()
}

// add counts n for the subject. look says that the figure is at the threshold
// (again): once when it gets there and then at one in sixteen.
func (c *counter) add(h sketch.Hash, n uint32, pair uint16) (est uint32, look bool) {
	est = c.cm.Add(h, n)
	p := min(pair, MaxPairs-1)
	floor := c.floor[p]
	c.peak[p] = max(c.peak[p], est)
	if est < floor {
		return est, false
	}
	c.found[p] = true
	c.looks++
	return est, est-n < floor || c.looks%contributorSample == 0
}

// warming says that the figure passed half the floor: contributors are kept.
func (c *counter) warming(est uint32, pair uint16) bool {
	return est >= c.floor[min(pair, MaxPairs-1)]/2
}

// beyond says that the figure reached the floor.
func (c *counter) beyond(est uint32, pair uint16) bool {
	return est >= c.floor[min(pair, MaxPairs-1)]
}

// contribute samples one contributor of the subject.
func (c *counter) contribute(seed *sketch.Seed, subject sketch.Hash, addr *[16]byte, port uint16, version uint8, n uint32) {
	c.shares++
	if c.shares%contributorSample != 0 {
		return
	}
	key := contributorKey(subject, addr, port, version)
	c.top.Add(seed.Sum(key.A, key.B, key.Aux), key, uint64(n)*contributorSample)
}

// turn ends the window when it is over; learns once a minute.
func (c *counter) turn(p *Policy, nowUS, wallUS int64) (due int64) {
	if nowUS >= c.dueUS {
		if nowUS >= c.dueUS+c.window {
			c.cm.Turn(nowUS) // a window passed unseen: the last one is stale too
		}
		c.cm.Turn(nowUS)
		c.top.Reset()
		c.dueUS = nowUS + c.window
	}
	if nowUS >= c.teach {
		for i := range c.base {
			// A minute in which nothing was counted is no news: an idle link must
			// not teach that nothing is normal.
			// A minute with a figure at the floor is hostile and must not either,
			// except while nothing is known yet: a floor set too low for a busy
			// link would keep its baseline from ever being learned.
			if c.peak[i] > 0 && (!c.found[i] || c.base[i].Level.N < warmMinutes) {
				c.base[i].Learn(wallUS, float64(c.peak[i]), baselineAlpha)
			}
			c.peak[i], c.found[i] = 0, false
		}
		c.teach = nowUS + learnEveryUS
		c.setFloors(p, wallUS)
	}
	return min(c.dueUS, c.teach)
}

// void forgets the running window: the clock jumped.
func (c *counter) void(nowUS int64) {
	c.cm.Turn(nowUS)
	c.cm.Turn(nowUS)
	c.top.Reset()
	c.peak, c.found = [MaxPairs]uint32{}, [MaxPairs]bool{}
	c.dueUS = nowUS + c.window
}

func (c *counter) setFloors(p *Policy, wallUS int64) {
	for i := range c.floor {
		f := math.Ceil(max(p.least[c.det], c.adapted(p, uint16(i), wallUS)))
		c.floor[i] = uint32(min(f, math.MaxUint32))
		if !p.det[c.det].enabled {
			c.floor[i] = math.MaxUint32
		}
	}
	c.window = p.det[c.det].windowUS
}

// adapted is the learned part of the threshold; 0 until there is one.
func (c *counter) adapted(p *Policy, pair uint16, wallUS int64) float64 {
	b := &c.base[min(pair, MaxPairs-1)]
	if p.det[c.det].factor == 0 || b.Level.N < warmMinutes {
		return 0
	}
	mean, _ := b.Expect(wallUS)
	return p.det[c.det].factor * mean
}

// baseline is the normal peak for a finding's explanation.
func (c *counter) baseline(pair uint16, wallUS int64) float64 {
	mean, _ := c.base[min(pair, MaxPairs-1)].Expect(wallUS)
	return mean
}
