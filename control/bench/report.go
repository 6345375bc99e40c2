package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is all runs of a benchmark and their medians.
type Report struct {
	Spec    Spec
	Machine Machine
	Rules   int
	Runs    []Run
	// Median, Best and Worst cost of a packet, nanoseconds of CPU, everything
	// included; Worker is the median of the worker's part alone.
	Median, Best, Worst, Worker float64
	// PacketsPerSecond and GbitPerSecond of one core, from the median cost.
	PacketsPerSecond, GbitPerSecond float64
	// WallPerSecond is the median rate by the clock on the wall.
	WallPerSecond float64
}

// Machine is where it was measured.
type Machine struct {
	CPU    string
	CPUs   int
	Kernel string
	Go     string
}

func machine() Machine {
	m := Machine{CPUs: runtime.NumCPU(), Go: runtime.Version()}
	b, _ := os.ReadFile("/proc/cpuinfo")
	for _, l := range strings.Split(string(b), "\n") {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
			m.CPU = strings.TrimSpace(v)
			break
		}
	}
	b, _ = os.ReadFile("/proc/sys/kernel/osrelease")
	m.Kernel = strings.TrimSpace(string(b))
	return m
}

// sum takes the medians.
func (r *Report) sum() {
	var all, work, wall []float64
	for i := range r.Runs {
		x := &r.Runs[i]
		all = append(all, x.NS())
		work = append(work, x.WorkerNS())
		wall = append(wall, x.wallRate())
	}
	slices.Sort(all)
	slices.Sort(work)
	slices.Sort(wall)
	n := len(all)
	r.Median, r.Best, r.Worst, r.Worker, r.WallPerSecond = all[n/2], all[0], all[n-1], work[n/2], wall[n/2]
	r.PacketsPerSecond = 1e9 / max(r.Median, 1e-9)
	x := &r.Runs[0]
	r.GbitPerSecond = r.PacketsPerSecond * 8 * float64(x.Octets) / float64(max(x.Packets, 1)) / 1e9
}

// typical is the run of median cost.
func (r *Report) typical() *Run {
	best := &r.Runs[0]
	for i := range r.Runs {
		if r.Runs[i].NS() == r.Median {
			best = &r.Runs[i]
		}
	}
	return best
}

// Print tells a person.
func (r *Report) Print(w io.Writer) {
	x := r.typical()
	fmt.Fprintf(w, "%s: %d packets, %.0f octets on average, %d flows, %d rules\n", r.Spec.what(), x.Packets,
		float64(x.Octets)/float64(max(x.Packets, 1)), x.Flows, r.Rules)
	fmt.Fprintf(w, "machine: %s, %d CPUs, Linux %s, %s; everything on CPU %d\n", r.Machine.CPU, r.Machine.CPUs, r.Machine.Kernel, r.Machine.Go, r.Spec.CPU)
	fmt.Fprintf(w, "cost of a packet: %.0f ns of CPU (%.0f to %.0f in %d runs), %.0f of them the worker's\n", r.Median, r.Best, r.Worst, len(r.Runs), r.Worker)
	fmt.Fprintf(w, "one core: %.3f Mpps, %.2f Gbit/s (by wall clock, with what else ran here: %.3f Mpps)\n", r.PacketsPerSecond/1e6, r.GbitPerSecond, r.WallPerSecond/1e6)
	if x.Source > 0 && x.Source < r.Median {
		fmt.Fprintf(w, "without the source (%.0f ns a packet, measured alone): %.0f ns, %.3f Mpps\n", x.Source, r.Median-x.Source, 1e3/(r.Median-x.Source))
	}
	fmt.Fprintf(w, "engine: %d mallocs, %d of them in the second half, %d collections, peak memory %d MB, accounting off by %d\n", x.Mallocs, x.LateMallocs, x.Collections, x.PeakRSS>>20, x.Unbalanced)
	fmt.Fprintf(w, "memory of the engine after the run, MB:")
	for i, p := range x.Memory {
		fmt.Fprintf(w, "%s %s %.0f", map[bool]string{true: "", false: ","}[i == 0], p.Name, float64(p.Resident)/1e6)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "alerts: %d, hash %s; first copy %d, hash %s\n", x.Alerts, x.All, x.FirstAlerts, x.First)
	fmt.Fprintf(w, "burst, receive to send, µs: p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f, max %.1f\n", us(x.Latency["p50"]), us(x.Latency["p90"]),
		us(x.Latency["p99"]), us(x.Latency["p99.9"]), us(x.Latency["max"]))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	type row struct {
		name string
		ns   uint64
	}
	var rows []row
	sum := uint64(0)
	for k, v := range x.Stages {
		rows = append(rows, row{k, v})
		sum += v
	}
	slices.SortFunc(rows, func(a, b row) int { return int(int64(b.ns) - int64(a.ns)) })
	fmt.Fprintln(t, "stage\tns a packet\tshare\t")
	for _, s := range rows {
		fmt.Fprintf(t, "%s\t%.1f\t%.1f%%\t\n", s.name, float64(s.ns)/float64(max(x.Packets, 1)), 100*float64(s.ns)/float64(max(sum, 1)))
	}
	t.Flush()
	if x.Match["jobs"] > 0 {
		p := float64(max(x.Packets, 1))
		fmt.Fprintf(w, "matching, a packet: %.2f scans of %.0f octets in all, %.2f hits, %.2f candidates\n", float64(x.Match["jobs"])/p,
			float64(x.Match["scanned_octets"])/p, float64(x.Match["hits"])/p, float64(x.Match["candidates"])/p)
	}
}

func us(ns uint64) float64 { return float64(ns) / 1000 }
