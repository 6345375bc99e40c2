package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/policy"
	"github.com/weir-ips/weir/control/replay"
)

func rulesCostCommand() *cobra.Command {
	o := replay.Options{Checksums: "none", SimulateIPS: true}
	var top int
	var asJSON, presets bool
	c := &cobra.Command{
		Use:   "cost -r CAPTURE [FILE...]",
		Short: "Measure what rules cost on a capture",
		Long: `Replay a capture with rule files, or those of the configuration, and show what each
rule took of the time, the dearest first. With --presets, show for each preset of
policy.preset how many rules it takes, how many of them drop, and what all of it
costs.`,
		Example: `  weir rules cost -r traffic.pcap my.rules
  weir rules cost -c weir.yaml -r traffic.pcap --presets`,
		RunE: func(_ *cobra.Command, files []string) error {
			o.Rules = files
			if presets {
				return costOfPresets(os.Stdout, &o)
			}
			sum, err := measureCost(o)
			if err != nil {
				return err
			}
			if top > 0 && len(sum.Costs.Rules) > top {
				sum.Costs.Rules = sum.Costs.Rules[:top]
			}
			if asJSON {
				return printJSON(sum)
			}
			printCost(os.Stdout, sum)
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&o.Config, "config", "c", "", "configuration (default: the built-in profile)")
	f.StringVarP(&o.Capture, "capture", "r", "", "capture to measure on")
	f.StringArrayVar(&o.Sets, "set", nil, "set a key of the configuration: --set a.b.c=value")
	f.IntVar(&top, "top", 20, "the dearest so many; 0: all")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&presets, "presets", false, "compare the presets")
	c.MarkFlagRequired("capture")
	return c
}

// measureCost replays with every judgement timed.
func measureCost(o replay.Options) (*replay.Summary, error) {
	dir, err := os.MkdirTemp("", "weir-cost-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	o.LogDir, o.MeterEvery = dir, 1
	o.Stderr = io.Discard
	sum, err := replay.Run(o)
	if err != nil {
		return nil, err
	}
	if sum.Costs == nil {
		return nil, errors.New("no rules are loaded: name rule files, or a configuration that lists some")
	}
	return sum, nil
}

func perPacket(ns float64, s *replay.Summary) float64 { return ns / float64(max(s.Packets, 1)) }

func printCost(w io.Writer, s *replay.Summary) {
	fmt.Fprintf(w, "%d packets in %.3f s: %.0f ns a packet, of which judging rules takes %.0f ns (each timed, which adds some)\n",
		s.Packets, s.Seconds, perPacket(s.Seconds*1e9, s), perPacket(s.Costs.TotalNS, s))
	fmt.Fprintf(w, "%d rules are loaded (%d left out), %d of them drop\n", s.Rules, s.RulesLeft, s.Dropping)
	printCosts(w, s.Costs)
}

// costOfPresets measures each preset in a process of its own: a process has one
// DPDK environment.
func costOfPresets(w io.Writer, o *replay.Options) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "preset\trules\tdropping\tns a packet\tns judging rules\talerts\tblocked\ttook\t")
	for _, p := range policy.Presets {
		args := []string{"rules", "cost", "--json", "--top", "1", "-r", o.Capture, "--set", "policy.preset=" + p}
		if o.Config != "" {
			args = append(args, "-c", o.Config)
		}
		for _, s := range o.Sets {
			args = append(args, "--set", s)
		}
		c := exec.Command(exe, append(args, o.Rules...)...)
		var errs bytes.Buffer
		c.Stderr = &errs
		begun := time.Now()
		out, err := c.Output()
		if err != nil {
			return fmt.Errorf("preset %s: %w: %s", p, err, bytes.TrimSpace(errs.Bytes()))
		}
		var s replay.Summary
		if err := json.Unmarshal(out, &s); err != nil {
			return fmt.Errorf("preset %s: %w", p, err)
		}
		blocked := uint64(0)
		for _, h := range s.Hits {
			blocked += h.Blocked
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%.0f\t%.0f\t%d\t%d\t%v\t\n", p, s.Rules, s.Dropping, perPacket(s.Seconds*1e9, &s), perPacket(s.Costs.TotalNS, &s),
			s.Alerts, blocked, time.Since(begun).Round(100*time.Millisecond))
	}
	return t.Flush()
}
