package bench

import (
	"fmt"
	"io"
	"runtime"
	"time"
)

// ThroughputOptions are what weir pktgen takes.
type ThroughputOptions struct {
	Vdevs    []string // two
	Sizes    []string // octets on the wire, or imix
	Gbit     float64  // line rate of each direction, Gbit/s
	Trial    time.Duration
	Steps    int // of the bisection
	CPU      int
	Prio     int
	Progress io.Writer // nil: silent
}

// Throughput is what a device under test does with frames of one size: RFC 2544
// section 26.1 (throughput), 26.3 (rate against loss), 26.2 (latency).
type Throughput struct {
	Size     string
	LineMpps float64 // of both directions
	// Loss are the trials at parts of the line rate, from the highest down.
	Loss []Trial
	// ZeroLoss is the fastest trial without loss, nil: none was.
	ZeroLoss *Trial
}

// lossSteps are the parts of the line rate of section 26.3.
var lossSteps = []float64{1, .8, .6, .4, .2, .1}

// ThroughputReport is a table of Throughput with what one must know to read it.
type ThroughputReport struct {
	CPUs, Generator int
	Seconds         float64
	Rows            []Throughput
}

// coresForResults are the CPUs below which generator, weir and control share: who
// is descheduled decides what is lost.
const coresForResults = 4

// MeasureThroughput runs the generator against weir, which runs on the other side
// of the vdevs.
func MeasureThroughput(o ThroughputOptions) (*ThroughputReport, error) {
	rep := &ThroughputReport{CPUs: runtime.NumCPU(), Generator: o.CPU, Seconds: o.Trial.Seconds()}
	var sizes [][]int
	for _, s := range o.Sizes {
		n, err := frameSizes(s)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, n)
	}
	w, err := openWire(o.Vdevs, o.CPU, o.Prio)
	if err != nil {
		return nil, err
	}
	if err := w.waitForLink(10 * time.Second); err != nil {
		return nil, err
	}
	for i, s := range sizes {
		row, err := measureSize(lineRate(s, o.Gbit), o, func(rate float64) (*Trial, error) { return w.trial(s, rate, o.Trial) })
		if err != nil {
			return nil, err
		}
		row.Size = o.Sizes[i]
		rep.Rows = append(rep.Rows, *row)
		if o.Progress != nil {
			fmt.Fprintf(o.Progress, "%s octets: %d of %d sizes measured\n", o.Sizes[i], i+1, len(sizes))
		}
	}
	return rep, nil
}

// lineRate is how many frames of these sizes a second a link carries one way, with
// preamble and gap (20 octets).
func lineRate(sizes []int, gbit float64) float64 {
	bits := 0
	for _, n := range sizes {
		bits += 8 * (n + 20)
	}
	return gbit * 1e9 * float64(len(sizes)) / float64(bits)
}

// measureSize looks at the loss at fixed rates, then for the highest rate without
// any by bisection between the best that had none and the slowest that had some.
func measureSize(line float64, o ThroughputOptions, trial func(rate float64) (*Trial, error)) (*Throughput, error) {
	row := &Throughput{LineMpps: 2 * line / 1e6}
	if _, err := trial(line / 10); err != nil { // tables warm up
		return nil, err
	}
	low, high := 0.0, line
	try := func(rate float64) (*Trial, error) {
		t, err := trial(rate)
		if err != nil {
			return nil, err
		}
		// What could not be sent was not carried either.
		if t.Lost() == 0 && float64(t.Sent) >= 0.99*2*rate*t.Seconds {
			if rate > low {
				low, row.ZeroLoss = rate, t
			}
		} else {
			high = min(high, rate)
		}
		return t, nil
	}
	for _, part := range lossSteps {
		t, err := try(part * line)
		if err != nil {
			return nil, err
		}
		row.Loss = append(row.Loss, *t)
	}
	for range o.Steps {
		if high-low < line/200 || low > high {
			break
		}
		if _, err := try((low + high) / 2); err != nil {
			return nil, err
		}
	}
	return row, nil
}

// Print tells a person.
func (r *ThroughputReport) Print(w io.Writer) {
	fmt.Fprintf(w, "both directions, trials of %g s, generator on CPU %d of %d\n", r.Seconds, r.Generator, r.CPUs)
	if r.CPUs < coresForResults {
		fmt.Fprintf(w, "NOT A RESULT: %d CPUs for generator, worker and control (%d are needed): who is descheduled decides what is lost\n", r.CPUs, coresForResults)
	}
	fmt.Fprintf(w, "%-6s %10s", "octets", "line Mpps")
	for _, part := range lossSteps {
		fmt.Fprintf(w, " %8s", fmt.Sprintf("at %.0f%%", 100*part))
	}
	fmt.Fprintf(w, "   %s\n", "zero loss: Mpps, Gbit/s, p50, p99 us")
	for i := range r.Rows {
		row := &r.Rows[i]
		fmt.Fprintf(w, "%-6s %10.2f", row.Size, row.LineMpps)
		for k := range row.Loss {
			t := &row.Loss[k]
			fmt.Fprintf(w, " %8s", fmt.Sprintf("%.2f%%", 100*max(1-float64(t.Received)/max(2*t.Rate*t.Seconds, 1), 0)))
		}
		if z := row.ZeroLoss; z != nil {
			share := z.Mpps() / row.LineMpps
			fmt.Fprintf(w, "   %.3f %.2f %.1f %.1f\n", z.Mpps(), 20*share, us(z.Latency["p50"]), us(z.Latency["p99"]))
		} else {
			fmt.Fprintf(w, "   none without loss\n")
		}
	}
}
