package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/bench"
)

func benchCommand() *cobra.Command {
	o := bench.Options{Stderr: os.Stderr}
	var latency, worst bool
	var budget time.Duration
	var jsonFile, goFile, goName, write string
	c := &cobra.Command{
		Use:   "bench -r CAPTURE | --flows N",
		Short: "Measure the engine on one core: a capture from memory, or made frames",
		Long: `Play a capture several times from memory, each copy with addresses of its own, or
frames of many flows, through the real pipeline in its two processes, both
confined to one CPU. Start-up is not measured. Prints the cost of a packet in
all and by stage, mallocs, memory, alerts and a hash of them; the median of the
runs. See bench/RESULTS.md for method and figures.`,
		Example: `  weir bench -r mix.pcap --repeat 20 -c bench.yaml -S et-open.rules
  weir bench --flows 1000000 --size 64 --inline --set anomaly.enabled=no
  weir bench --flows 1000000 --inline --workers 2
  weir bench -r mix.pcap -S et-open.rules --latency --cpus 0,1
  weir bench -S et-open.rules --worst`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if write != "" {
				return bench.WriteCapture(&o.Spec, write)
			}
			if latency {
				return benchLatency(o, jsonFile)
			}
			if worst {
				return benchWorst(o, budget, jsonFile)
			}
			if o.Workers > 1 {
				return benchScale(o, jsonFile)
			}
			rep, err := bench.Measure(o)
			if err != nil {
				return err
			}
			rep.Print(os.Stdout)
			if goFile != "" {
				if err := rep.AppendGoBench(goFile, goName); err != nil {
					return err
				}
			}
			return writeReport(jsonFile, rep)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.Config, "config", "c", "", "configuration (default: the built-in profile)")
	f.StringArrayVarP(&o.Rules, "rules", "S", nil, "rule file; may be given more than once")
	f.StringVarP(&o.Capture, "capture", "r", "", "capture to play")
	f.Uint64Var(&o.Repeat, "repeat", 20, "copies of the capture")
	f.IntVar(&o.Flows, "flows", 0, "make UDP frames of so many flows instead of a capture")
	f.IntVar(&o.Size, "size", 64, "octets of a made frame on the wire")
	f.Uint64Var(&o.Packets, "packets", 10_000_000, "made frames")
	f.StringArrayVar(&o.Sets, "set", nil, "set a key of the configuration: --set a.b.c=value")
	f.BoolVar(&o.Inline, "inline", false, "an inline pair: verdicts are carried out")
	f.BoolVar(&o.Anomaly, "anomaly", false, "run the anomaly detectors even where the configuration does not")
	f.BoolVar(&o.Stages, "stages", false, "also time the stages of single packets (costs time itself)")
	f.IntVar(&o.Burst, "burst", 0, "most packets of a burst, 1 to 64")
	f.IntVar(&o.Runs, "runs", 5, "runs, of which the median counts")
	f.IntVar(&o.CPU, "cpu", 0, "CPU that everything runs on; -1: all")
	f.BoolVar(&latency, "latency", false, "measure the time from port to port through two net_ring ports at half of the saturating load (--cpus: the generator's and the worker's)")
	f.IntVar(&o.Prio, "prio", 0, "with --latency: real-time priority of worker and generator, on a machine that others use")
	f.BoolVar(&worst, "worst", false, "play traffic made to be dear for the rules: near misses, candidates, regular expressions, an elephant, distinct flows")
	f.DurationVar(&budget, "budget", 2*time.Millisecond, "with --worst: the latency budget of a burst that it is bounded by")
	f.IntVar(&o.Workers, "workers", 1, "hold so many workers, a CPU each, against one")
	f.IntSliceVar(&o.CPUs, "cpus", nil, "CPUs of the workers (default: 0, 1, …)")
	f.StringVar(&o.Profile, "cpuprofile", "", "write a CPU profile of the last run's engine to this file, and who allocated to FILE.allocs")
	f.StringVarP(&o.OutDir, "log-dir", "l", "", "folder for the events (default: one that is removed)")
	f.StringVar(&goFile, "go-bench", "", "append the runs to this file as Go benchmarks, for benchstat")
	f.StringVar(&goName, "name", "Packet", "name of the benchmark in that file")
	f.StringVar(&write, "write", "", "write the copies of the capture to this pcap file and measure nothing")
	f.StringVar(&jsonFile, "json", "", "also write the report to this file")
	return c
}

// benchLatency measures the time from port to port.
func benchLatency(o bench.Options, jsonFile string) error {
	rep, err := bench.RingLatency(o)
	if err != nil {
		return err
	}
	rep.Print(os.Stdout)
	return writeReport(jsonFile, rep)
}

// benchWorst measures what hostile traffic costs.
func benchWorst(o bench.Options, budget time.Duration, jsonFile string) error {
	rep, err := bench.Worst(o, budget)
	if err != nil {
		return err
	}
	rep.Print(os.Stdout)
	return writeReport(jsonFile, rep)
}

// benchScale holds several workers against one.
func benchScale(o bench.Options, jsonFile string) error {
	rep, err := bench.Scale(o)
	if err != nil {
		return err
	}
	rep.Print(os.Stdout)
	return writeReport(jsonFile, rep)
}

// writeReport writes a report as JSON, where a file is named.
func writeReport(file string, rep any) error {
	if file == "" {
		return nil
	}
	b, err := json.MarshalIndent(rep, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("bench: report: %w", err)
	}
	return nil
}

// benchEngineCommand is the engine process of one run.
func benchEngineCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "bench-engine",
		Short:  "The engine process of a benchmark; started by weir bench",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return bench.Engine(os.Stdin, os.Stdout) },
	}
}
