package bench

import (
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/weir-ips/weir/match/input"
)

// WorstRow is what one kind of hostile traffic costs.
type WorstRow struct {
	Kind, What string
	// Free is a run without a bound, Bound one with the latency budget.
	Free, Bound Run
}

// WorstReport are all kinds.
type WorstReport struct {
	Rules  int
	Budget time.Duration
	Rows   []WorstRow
}

// Worst plays traffic that was made to be dear for these rules, without a bound and
// with a latency budget.
func Worst(o Options, budget time.Duration) (*WorstReport, error) {
	o.Flows, o.Size = 1, 64 // of no meaning here
	b, clean, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer clean()
	if err := pin(b.o.CPU); err != nil {
		return nil, err
	}
	rep := &WorstReport{Rules: b.rules, Budget: budget}
	for _, k := range hostileKinds(b.parsed) {
		path := filepath.Join(b.dir, "hostile.pcap")
		if err := writePcap(path, uint32(input.LinkEthernet), k.each); err != nil {
			return nil, err
		}
		row := WorstRow{Kind: k.Name, What: k.What}
		for _, x := range []struct {
			to     *Run
			budget time.Duration
		}{{&row.Free, 0}, {&row.Bound, budget}} {
			spec := b.o.Spec
			spec.Flows, spec.Capture, spec.Budget, spec.Inline = 0, path, x.budget, true
			run, err := b.run(spec)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k.Name, err)
			}
			*x.to = *run
			fmt.Fprintf(b.o.Stderr, "%s, budget %v: %.0f ns a packet\n", k.Name, x.budget, run.NS())
		}
		rep.Rows = append(rep.Rows, row)
	}
	return rep, nil
}

// Print tells a person.
func (r *WorstReport) Print(w io.Writer) {
	fmt.Fprintf(w, "%d rules; without a bound, then with a budget of %v a burst\n", r.Rules, r.Budget)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tpackets\tns a packet\tns an octet\tcandidates a packet\tburst p99, µs\tmax\t|\tns a packet\tburst p99, µs\tmax\tuninspected\t")
	for i := range r.Rows {
		row := &r.Rows[i]
		a, b := &row.Free, &row.Bound
		n := float64(max(a.Packets, 1))
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%.2f\t%.2f\t%.0f\t%.0f\t|\t%.0f\t%.0f\t%.0f\t%.1f%%\t\n", row.Kind, a.Packets, a.NS(), a.NS()*n/float64(max(a.Octets, 1)),
			float64(a.Match["candidates"])/n, us(a.Latency["p99"]), us(a.Latency["max"]), b.NS(), us(b.Latency["p99"]), us(b.Latency["max"]), 100*float64(b.Shed)/float64(max(b.Packets, 1)))
	}
	t.Flush()
	for _, row := range r.Rows {
		fmt.Fprintf(w, "%s: %s\n", row.Kind, row.What)
	}
}
