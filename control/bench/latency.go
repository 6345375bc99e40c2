package bench

import "math/bits"

// latency is a histogram of the time that packets spent between receive and
// send: eight steps an octave, so quantiles are right to about 9%.
type latency struct {
	n     [64 * 8]uint64
	total uint64
}

// add counts n packets of a burst that took so many cycles.
func (l *latency) add(cycles uint64, n int) {
	if n == 0 {
		return
	}
	l.n[bucket(cycles)] += uint64(n)
	l.total += uint64(n)
}

func bucket(v uint64) int {
	if v < 8 {
		return int(v)
	}
	e := bits.Len64(v) - 4
	return (e+1)*8 + int(v>>e&7)
}

// floor is the smallest value of a bucket.
func floor(b int) uint64 {
	if b < 8 {
		return uint64(b)
	}
	e := b/8 - 1
	return uint64(8+b%8) << e
}

// quantiles writes the usual ones in nanoseconds.
func (l *latency) quantiles(to map[string]uint64, hz uint64) {
	for _, q := range []struct {
		name string
		per  uint64 // of 10,000
	}{{"p50", 5000}, {"p90", 9000}, {"p99", 9900}, {"p99.9", 9990}, {"max", 10000}} {
		seen := uint64(0)
		last := 0
		for b, n := range l.n {
			if n == 0 {
				continue
			}
			last = b
			if seen += n; seen*10000 >= l.total*q.per {
				break
			}
		}
		to[q.name] = nanos(floor(last+1), hz)
	}
}

// nanos turns cycles into nanoseconds.
func nanos(cycles, hz uint64) uint64 {
	hi, lo := bits.Mul64(cycles, 1_000_000_000)
	if hz == 0 || hi >= hz {
		return 0
	}
	ns, _ := bits.Div64(hi, lo, hz)
	return ns
}
