package bench

import (
	"fmt"
	"io"
	"slices"
)

// ScaleReport holds one worker against several.
type ScaleReport struct {
	Spec      Spec
	Machine   Machine
	Rules     int
	One, Many []Run
	// OneRate and ManyRate are medians of packets a second of CPU, all workers
	// added up, OneWall and ManyWall those by the clock on the wall.
	OneRate, ManyRate, OneWall, ManyWall float64
}

// Ratio is how many times the work of one worker the several do.
func (r *ScaleReport) Ratio() float64 { return r.ManyRate / max(r.OneRate, 1e-9) }

// Scale measures one worker, on each of the CPUs by turns, and o.Workers of them,
// in turn on the same traffic: what else the machine does hits both alike.
func Scale(o Options) (*ScaleReport, error) {
	if len(o.CPUs) == 0 {
		for i := range o.Workers {
			o.CPUs = append(o.CPUs, i)
		}
	}
	b, clean, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer clean()
	rep := &ScaleReport{Spec: b.o.Spec, Rules: b.rules, Machine: machine()}
	for i := range max(o.Runs, 1) {
		one := b.o.Spec
		one.Workers, one.CPUs = 1, o.CPUs[i%len(o.CPUs):][:1]
		for _, s := range []struct {
			spec Spec
			to   *[]Run
		}{{one, &rep.One}, {b.o.Spec, &rep.Many}} {
			run, err := b.run(s.spec)
			if err != nil {
				return nil, fmt.Errorf("run %d, %d workers: %w", i+1, s.spec.Workers, err)
			}
			*s.to = append(*s.to, *run)
			fmt.Fprintf(b.o.Stderr, "run %d, %d workers on %v: %.3f Mpps by CPU, %.3f by the clock\n", i+1, s.spec.Workers, s.spec.CPUs, run.Rate/1e6, run.wallRate()/1e6)
		}
	}
	rep.OneRate, rep.ManyRate = medianOf(rep.One, func(r *Run) float64 { return r.Rate }), medianOf(rep.Many, func(r *Run) float64 { return r.Rate })
	rep.OneWall, rep.ManyWall = medianOf(rep.One, (*Run).wallRate), medianOf(rep.Many, (*Run).wallRate)
	return rep, nil
}

// wallRate is packets a second by the clock on the wall.
func (r *Run) wallRate() float64 { return float64(r.Packets) * 1e9 / float64(max(r.Wall, 1)) }

func medianOf(runs []Run, f func(*Run) float64) float64 {
	var v []float64
	for i := range runs {
		v = append(v, f(&runs[i]))
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// Print tells a person.
func (r *ScaleReport) Print(w io.Writer) {
	x, one := &r.Many[0], &r.One[0]
	p := float64(max(x.Packets, 1))
	fmt.Fprintf(w, "%s: %d packets, %.0f octets on average, %d rules\n", r.Spec.what(), x.Packets, float64(x.Octets)/p, r.Rules)
	fmt.Fprintf(w, "machine: %s, %d CPUs, Linux %s, %s; workers on CPUs %v, medians of %d runs in turn\n", r.Machine.CPU, r.Machine.CPUs, r.Machine.Kernel, r.Machine.Go,
		r.Spec.CPUs, len(r.Many))
	fmt.Fprintf(w, "1 worker:  %.3f Mpps (by the clock %.3f)\n%d workers: %.3f Mpps (by the clock %.3f)\nratio: %.2f by CPU time of the workers, %.2f by the clock\n",
		r.OneRate/1e6, r.OneWall/1e6, r.Spec.Workers, r.ManyRate/1e6, r.ManyWall/1e6, r.Ratio(), r.ManyWall/max(r.OneWall, 1e-9))
	fmt.Fprintf(w, "handed over between workers: %.2f%% of packets, %d found no room; accounting off by %d\n", 100*float64(x.HandedOver)/p, x.SteerFull, x.Unbalanced)
	fmt.Fprintf(w, "alerts: %d with 1 worker, hash of rules and counts %s; %d with %d, %s\n", one.Alerts, one.All, x.Alerts, r.Spec.Workers, x.All)
}
