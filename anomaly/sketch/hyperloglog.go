package sketch

import (
	"fmt"
	"math"
	"math/bits"
)

// HyperLogLog estimates how many distinct keys were added.
//
// Error: with m = 2^p registers the standard error is 1.04/√m of the true
// count (p=12: 1.6%); the estimate lies within three of them with probability
// of about 99.7%. Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis
// of a near-optimal cardinality estimation algorithm", AofA 2007; the estimator
// is Ertl's, "New cardinality estimation algorithms for HyperLogLog sketches",
// 2017, which needs no bias tables and no switch for small counts.
//
// Ownership: registers are the caller's memory. Concurrency: one writer.
type HyperLogLog struct {
	reg  []uint8
	p    uint8
	seed uint64
}

// NewHyperLogLog takes 2^p octets out of the arena, p from 4 to 16.
func NewHyperLogLog(a *Arena, seed *Seed, p int) (HyperLogLog, error) {
	if p < 4 || p > 16 {
		return HyperLogLog{}, fmt.Errorf("hyperloglog precision %d: 4 to 16 is needed", p)
	}
	return HyperLogLog{reg: a.Bytes(1 << p), p: uint8(p), seed: seed.Fingerprint()}, a.Err()
}

// Add counts the key if it is new.
func (l *HyperLogLog) Add(h Hash) {
	i := h.Lo >> (64 - l.p)
	// The rank is taken from the other word, so that both are independent.
	r := uint8(bits.LeadingZeros64(h.Hi|1)) + 1
	if int(i) < len(l.reg) && l.reg[i] < r {
		l.reg[i] = r
	}
}

// hllMaxRank: Hi|1 has at most 63 leading zeros.
const hllMaxRank = 64

// Estimate returns the number of distinct keys. O(m): not per packet.
func (l *HyperLogLog) Estimate() float64 {
	var hist [hllMaxRank + 1]int
	for _, r := range l.reg {
		hist[min(r, hllMaxRank)]++
	}
	m := float64(len(l.reg))
	z := m * tau(1-float64(hist[hllMaxRank])/m)
	for k := hllMaxRank - 1; k >= 1; k-- {
		z = 0.5 * (z + float64(hist[k]))
	}
	z += m * sigma(float64(hist[0])/m)
	return m * m / (2 * math.Ln2 * z)
}

// sigma and tau are the series of Ertl's estimator, summed until they stop
// changing in double precision.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		prev := z
		z += x * y
		y += y
		if z == prev {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		prev := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == prev {
			return z / 3
		}
	}
}

// StdError is the relative standard error, 1.04/√m.
func (l *HyperLogLog) StdError() float64 { return 1.04 / math.Sqrt(float64(len(l.reg))) }

// Reset forgets all keys.
func (l *HyperLogLog) Reset() { clear(l.reg) }

// Merge makes l the sketch of the union; exact.
func (l *HyperLogLog) Merge(o *HyperLogLog) error {
	if l.p != o.p || l.seed != o.seed {
		return fmt.Errorf("hyperloglog of precision %d and %d: %w", l.p, o.p, ErrMismatch)
	}
	for i, r := range o.reg {
		l.reg[i] = max(l.reg[i], r)
	}
	return nil
}

// MarshalBinary writes the versioned format.
func (l *HyperLogLog) MarshalBinary() ([]byte, error) {
	e := envelope{kind: KindHyperLogLog, seed: l.seed, shape: uint64(l.p), body: l.reg}
	return e.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote into fresh heap memory.
func (l *HyperLogLog) UnmarshalBinary(b []byte) error {
	e, err := unmarshal(b, KindHyperLogLog)
	if err != nil {
		return err
	}
	if e.shape < 4 || e.shape > 16 || len(e.body) != 1<<e.shape {
		return fmt.Errorf("%w: hyperloglog of precision %d in %d octets", ErrFormat, e.shape, len(e.body))
	}
	for _, r := range e.body {
		if r > hllMaxRank {
			return fmt.Errorf("%w: hyperloglog register %d", ErrFormat, r)
		}
	}
	*l = HyperLogLog{reg: append([]byte(nil), e.body...), p: uint8(e.shape), seed: e.seed}
	return nil
}
