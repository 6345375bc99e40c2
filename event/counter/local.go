package counter

import (
	"math/bits"
	"strconv"
	"sync/atomic"
)

// Local is one worker's counters in its own memory.
type Local struct{ v []uint64 }

// NewLocal makes counters for a set, beginning with what the page already holds
// so that a page never falls.
func NewLocal(s *Set, page []uint64) *Local {
	l := &Local{v: make([]uint64, s.Len())}
	for i := range min(len(l.v), len(page)) {
		l.v[i] = load(page, i)
	}
	return l
}

// Add adds n; an ID of no counter does nothing.
func (l *Local) Add(id ID, n uint64) {
	if uint(id) < uint(len(l.v)) {
		l.v[id] += n
	}
}

// Inc adds one.
func (l *Local) Inc(id ID) {
	if uint(id) < uint(len(l.v)) {
		l.v[id]++
	}
}

// Sub takes n from a gauge.
func (l *Local) Sub(id ID, n uint64) {
	if uint(id) < uint(len(l.v)) {
		l.v[id] -= n
	}
}

// Set sets a gauge.
func (l *Local) Set(id ID, n uint64) {
	if uint(id) < uint(len(l.v)) {
		l.v[id] = n
	}
}

// Max raises a counter to n.
func (l *Local) Max(id ID, n uint64) {
	if uint(id) < uint(len(l.v)) && l.v[id] < n {
		l.v[id] = n
	}
}

// Get is a counter's present value.
func (l *Local) Get(id ID) uint64 {
	if uint(id) < uint(len(l.v)) {
		return l.v[id]
	}
	return 0
}

// Publish writes what changed to the worker's page. A worker calls it every few
// milliseconds, not every burst: it walks all counters (about a microsecond).
func (l *Local) Publish(page []uint64) {
	page = page[:min(len(page), len(l.v))]
	for i := range page {
		// The page has no other writer, so reading it needs no atomic.
		if v := l.v[i]; page[i] != v {
			atomic.StoreUint64(&page[i], v)
		}
	}
}

// load reads a word that a worker may be writing.
func load(page []uint64, i int) uint64 { return atomic.LoadUint64(&page[i]) }

// Bins of the histograms.
const (
	// NumFillBins: 0, 1, 2–3, 4–7, … packets in a burst; the last takes the rest.
	NumFillBins = 9
	// gapShift: poll gaps below 2^gapShift ns share the first bin.
	gapShift = 8
	// NumGapBins: four bins an octave from 256 ns on; the last takes the rest
	// (above 0.9 s).
	NumGapBins = 1 + 4*22
)

// BurstFill counts a burst of n packets.
func (l *Local) BurstFill(n int) {
	l.Inc(firstFill + ID(min(bits.Len(uint(max(n, 0))), NumFillBins-1)))
}

// FillBin is the counter of a bin of BurstFill, and the most packets it takes;
// the last bin has no bound.
func FillBin(i int) (id ID, most int) {
	i = min(max(i, 0), NumFillBins-1)
	return firstFill + ID(i), 1<<i - 1
}

func fillName(i int) string {
	if i == NumFillBins-1 {
		return "more"
	}
	return strconv.Itoa(1<<i - 1)
}

// PollGap counts the time between two polls, nanoseconds.
func (l *Local) PollGap(ns uint64) {
	l.Inc(firstGap + ID(gapIndex(ns)))
	if ns > 200_000 {
		l.Inc(PollGapAbove200us)
	}
	l.Max(PollGapMaxNS, ns)
}

// gapIndex is the bin of a gap.
func gapIndex(ns uint64) int {
	if ns < 1<<gapShift {
		return 0
	}
	o := bits.Len64(ns) - 1 // 2^o ≤ ns
	quarter := int(ns>>(o-2)) & 3
	return min(1+4*(o-gapShift)+quarter, NumGapBins-1)
}

// GapBin is the counter of a bin of PollGap and the bin's upper bound in
// nanoseconds (exclusive); the last bin has none.
func GapBin(i int) (id ID, below uint64) {
	i = min(max(i, 0), NumGapBins-1)
	if i == 0 {
		return firstGap, 1 << gapShift
	}
	o, quarter := (i-1)/4, uint64((i-1)%4)
	return firstGap + ID(i), (5 + quarter) << (o + gapShift - 2)
}

func gapName(i int) string {
	if i == NumGapBins-1 {
		return "more"
	}
	_, below := GapBin(i)
	return strconv.FormatUint(below, 10)
}

// GapQuantile is the upper bound of the bin that holds the quantile q of the
// poll gaps in row, nanoseconds; 0 when there are none.
func GapQuantile(row []uint64, q float64) uint64 {
	var total uint64
	for i := range NumGapBins {
		total += at(row, firstGap+ID(i))
	}
	if total == 0 {
		return 0
	}
	want := uint64(float64(total) * q)
	for i := range NumGapBins {
		n := at(row, firstGap+ID(i))
		if n > want {
			_, below := GapBin(i)
			return below
		}
		want -= n
	}
	return at(row, PollGapMaxNS)
}

func at(row []uint64, id ID) uint64 {
	if int(id) < len(row) {
		return row[id]
	}
	return 0
}
