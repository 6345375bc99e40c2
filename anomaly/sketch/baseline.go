package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
)

// EWMA is an exponentially weighted mean and variance of one figure a window.
//
// Error: for independent windows of variance σ² the mean's own variance is
// σ²·α/(2-α) once warm (α = 1/16: standard error 0.18σ); by Chebyshev it is
// off by more than k of those with probability at most 1/k². Roberts, "Control
// chart tests based on geometric moving averages", Technometrics 1, 1959; the
// variance as in Finch, "Incremental calculation of weighted mean and
// variance", 2009.
//
// It resists poisoning: Learn clips what is far above the expectation, so that
// each window raises the mean by a bounded factor at most, and the caller leaves
// out windows judged hostile.
//
// The zero value has learned nothing.
type EWMA struct {
	Mean, Var float64
	N         uint64 // windows learned
}

// evenWindows are averaged evenly, so that the first does not weigh more than
// its followers; then α rules, and what was learned moves as slowly as it says.
const evenWindows = 32

func (e *EWMA) weight(alpha float64) float64 {
	if e.N < evenWindows {
		return max(alpha, 1/float64(e.N+1))
	}
	return alpha
}

// clipSigma bounds what one window can teach: mean + clipSigma deviations, or
// twice the mean, whichever is more.
const clipSigma = 3

// minLearned windows are taken unclipped: there is no expectation yet.
const minLearned = 8

// Learn takes in the figure of a window. NaN, infinities and negatives are
// ignored.
func (e *EWMA) Learn(x, alpha float64) {
	if !(x >= 0) || math.IsInf(x, 0) {
		return
	}
	if e.N >= minLearned {
		x = min(x, max(2*e.Mean, e.Mean+clipSigma*math.Sqrt(e.Var))+1)
	}
	a := e.weight(alpha)
	d := x - e.Mean
	e.Mean += a * d
	e.Var = (1 - a) * (e.Var + a*d*d)
	e.N++
}

// Upper is mean plus k deviations; zero until something was learned.
func (e *EWMA) Upper(k float64) float64 { return e.Mean + k*math.Sqrt(e.Var) }

// HoursPerWeek is the number of seasons of a Seasonal baseline.
const HoursPerWeek = 168

// seasonWeight: a season is visited once a week, so a quarter of the new week.
const seasonWeight = 0.25

// Seasonal is a baseline that knows the hour of the week (UTC): an overall
// EWMA, and for each hour the ratio of that hour to it. The multiplicative
// model of Winters, "Forecasting sales by exponentially weighted moving
// averages", Management Science 6, 1960, without trend.
//
// Error: that of its EWMA times the ratio's: an hour's ratio rests on one
// value a week, weight 1/4, so its standard error is σ·√(1/7) of the ratio's
// own spread. An hour without a past counts as an average one.
//
// The zero value has learned nothing.
type Seasonal struct {
	Level EWMA
	Ratio [HoursPerWeek]float32 // 0: not learned
	// The hour under way: its sum and windows.
	hourSum  float64
	hourN    uint32
	hour     uint16 // 1 + hour of the week under way; 0 none
	reserved uint16
}

// HourOfWeek maps microseconds of the Unix epoch to 0..167, Thursday first.
func HourOfWeek(us int64) int {
	h := us / 3_600_000_000 % HoursPerWeek
	if h < 0 {
		h += HoursPerWeek
	}
	return int(h)
}

// Learn takes in the figure of a window that ended at us.
func (s *Seasonal) Learn(us int64, x, alpha float64) {
	if !(x >= 0) || math.IsInf(x, 0) {
		return
	}
	h := uint16(HourOfWeek(us) + 1)
	if s.hour != h {
		s.closeHour()
		s.hour, s.hourSum, s.hourN = h, 0, 0
	}
	if limit := s.limit(us); s.Level.N >= minLearned {
		x = min(x, limit)
	}
	s.hourSum += x
	s.hourN++
	// The level learns what the hour would be without its season.
	s.Level.Learn(x/s.ratio(int(h-1)), alpha)
}

// limit is what one window may teach at that hour, as EWMA clips.
func (s *Seasonal) limit(us int64) float64 {
	r := s.ratio(HourOfWeek(us))
	return r*max(2*s.Level.Mean, s.Level.Upper(clipSigma)) + 1
}

// closeHour folds the finished hour into its ratio. Ratios stay within 1/16 and
// 16: no hour can be taught to expect anything or nothing.
func (s *Seasonal) closeHour() {
	if s.hour == 0 || s.hourN == 0 || s.Level.Mean <= 0 {
		return
	}
	i := int(s.hour - 1)
	now := s.hourSum / float64(s.hourN) / s.Level.Mean
	old := s.ratio(i)
	s.Ratio[i] = float32(min(max(old+seasonWeight*(now-old), 1.0/16), 16))
}

func (s *Seasonal) ratio(hour int) float64 {
	if r := float64(s.Ratio[hour]); r > 0 {
		return r
	}
	return 1
}

// Expect returns the expected figure at us and its deviation.
func (s *Seasonal) Expect(us int64) (mean, dev float64) {
	r := s.ratio(HourOfWeek(us))
	return s.Level.Mean * r, math.Sqrt(s.Level.Var) * r
}

// MarshalBinary writes the versioned format. The hour under way is left out.
func (s *Seasonal) MarshalBinary() ([]byte, error) {
	body := make([]byte, SeasonalLen)
	s.Encode(body)
	e := envelope{kind: KindSeasonal, shape: HoursPerWeek, body: body}
	return e.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (s *Seasonal) UnmarshalBinary(b []byte) error {
	e, err := unmarshal(b, KindSeasonal)
	if err != nil {
		return err
	}
	if e.shape != HoursPerWeek {
		return fmt.Errorf("%w: seasonal baseline of %d hours", ErrFormat, e.shape)
	}
	return s.Decode(e.body)
}

const ewmaLen = 24

func (e *EWMA) decode(b []byte) error {
	m := math.Float64frombits(binary.LittleEndian.Uint64(b))
	v := math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	if !(m >= 0) || !(v >= 0) || math.IsInf(m, 0) || math.IsInf(v, 0) {
		return fmt.Errorf("%w: baseline of mean %v and variance %v", ErrFormat, m, v)
	}
	*e = EWMA{Mean: m, Var: v, N: binary.LittleEndian.Uint64(b[16:])}
	return nil
}

// MarshalBinary writes the versioned format.
func (e *EWMA) MarshalBinary() ([]byte, error) {
	body := make([]byte, EWMALen)
	e.Encode(body)
	v := envelope{kind: KindEWMA, body: body}
	return v.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (e *EWMA) UnmarshalBinary(b []byte) error {
	v, err := unmarshal(b, KindEWMA)
	if err != nil {
		return err
	}
	return e.Decode(v.body)
}

// Merge joins two baselines as if one had seen both halves: means weighted by
// windows learned, variances pooled about the joint mean.
func (e *EWMA) Merge(o *EWMA) {
	n := float64(e.N) + float64(o.N)
	if n == 0 {
		return
	}
	we, wo := float64(e.N)/n, float64(o.N)/n
	mean := we*e.Mean + wo*o.Mean
	e.Var = we*(e.Var+(e.Mean-mean)*(e.Mean-mean)) + wo*(o.Var+(o.Mean-mean)*(o.Mean-mean))
	e.Mean, e.N = mean, e.N+o.N
}

// SeasonalLen is the size of a Seasonal in a state file.
const SeasonalLen = ewmaLen + 4*HoursPerWeek

// EWMALen is the size of an EWMA in a state file.
const EWMALen = ewmaLen

// Encode writes the baseline into b (SeasonalLen octets) with no envelope and
// no allocation: a worker's part of a state file, which has its own checksum.
func (s *Seasonal) Encode(b []byte) {
	s.Level.Encode(b)
	for i, r := range s.Ratio {
		binary.LittleEndian.PutUint32(b[ewmaLen+4*i:], math.Float32bits(r))
	}
}

// Encode writes the baseline into b (EWMALen octets).
func (e *EWMA) Encode(b []byte) {
	binary.LittleEndian.PutUint64(b, math.Float64bits(e.Mean))
	binary.LittleEndian.PutUint64(b[8:], math.Float64bits(e.Var))
	binary.LittleEndian.PutUint64(b[16:], e.N)
}

// Decode reads what Encode wrote; the receiver is unchanged on an error.
func (e *EWMA) Decode(b []byte) error {
	if len(b) != ewmaLen {
		return fmt.Errorf("%w: baseline in %d octets", ErrFormat, len(b))
	}
	return e.decode(b)
}

// Decode reads what Encode wrote; the receiver is unchanged on an error.
func (s *Seasonal) Decode(b []byte) error {
	if len(b) != SeasonalLen {
		return fmt.Errorf("%w: seasonal baseline in %d octets", ErrFormat, len(b))
	}
	var t Seasonal
	if err := t.Level.decode(b); err != nil {
		return err
	}
	for i := range t.Ratio {
		r := math.Float32frombits(binary.LittleEndian.Uint32(b[ewmaLen+4*i:]))
		if !(r >= 0 && r <= 16) {
			return fmt.Errorf("%w: seasonal ratio of hour %d", ErrFormat, i)
		}
		t.Ratio[i] = r
	}
	*s = t
	return nil
}
