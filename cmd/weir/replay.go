package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/replay"
)

func replayCommand() *cobra.Command {
	o := replay.Options{Stderr: os.Stderr, Explanation: os.Stdout}
	var quiet bool
	var summary string
	var runmode string
	var listed *listing
	var remove bool
	var filter string
	c := &cobra.Command{
		Use:   "replay -r CAPTURE [FILTER]",
		Short: "Run a capture through the real engine and write its events",
		Long: `Run a capture (pcap or pcapng) through the real data plane over DPDK's net_pcap
and write what it found to OUTDIR/eve.json. Needs neither root nor hugepages.`,
		Example: `  weir replay -r traffic.pcap -S my.rules -l out
  weir replay -r traffic.pcap -S my.rules -l out --simulate-ips --write-pcap out/clean.pcap
  weir replay -c suricata.yaml -r traffic.pcap -l out -k none --set stream.midstream=true
  weir replay -r traffic.pcap -l out tcp and port 80`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if done, err := listed.list(cmd, os.Stdout, func() (*config.Config, error) { return loadConfig(o.Config, o.Includes, o.Sets) }); done {
				return err
			}
			var err error
			if o.Filter, err = filterOf(args, filter); err != nil {
				return err
			}
			if o.Checksums != "all" && o.Checksums != "none" {
				return fmt.Errorf("-k %s: want all or none", o.Checksums)
			}
			if o.Capture == "" && !o.CheckOnly {
				return errors.New("no capture: name one with -r FILE")
			}
			if !quiet && isTerminal(os.Stderr) {
				o.Progress = os.Stderr
			}
			sum, err := replay.Run(o)
			if err != nil {
				return err
			}
			if summary != "" {
				b, err := json.MarshalIndent(sum, "", " ")
				if err != nil {
					return err
				}
				if err := os.WriteFile(summary, b, 0o644); err != nil {
					return fmt.Errorf("summary: %w", err)
				}
			}
			if o.CheckOnly {
				fmt.Printf("%d rules load; the configuration is right\n", sum.Rules)
				return nil
			}
			if !quiet {
				printSummary(os.Stdout, sum)
			}
			if remove {
				return removeCapture(o.Capture)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&o.Config, "config", "c", "", "configuration, a weir.yaml or suricata.yaml (default: the built-in profile)")
	f.StringArrayVar(&o.Includes, "include", nil, "file of configuration that is read over the other; may be given more than once")
	f.StringArrayVarP(&o.Rules, "rules", "S", nil, "rule file or pattern ('rules/*.rules'), in place of the configuration's; may be given more than once")
	f.StringArrayVarP(&o.MoreRules, "more-rules", "s", nil, "rule file or pattern, beside the configuration's; may be given more than once")
	f.StringVarP(&o.Capture, "capture", "r", "", "capture to replay, or a folder of captures, the oldest first")
	f.BoolVar(&o.Recursive, "pcap-file-recursive", false, "look into the folders of a folder of captures, too")
	f.BoolVarP(&o.CheckOnly, "test", "T", false, "load configuration and rules, replay nothing; an error when a rule does not load")
	f.BoolVar(&o.AllRules, "init-errors-fatal", false, "an error when a rule does not load")
	f.BoolVar(&o.FirewallMode, "firewall", false, "switch the firewall on")
	f.StringVarP(&o.LogDir, "log-dir", "l", ".", "folder for eve.json and the other outputs")
	f.StringVarP(&o.Checksums, "checksums", "k", "all", "checksums: all are checked, or none")
	f.StringArrayVar(&o.Sets, "set", nil, "set a key of the configuration: --set a.b.c=value")
	f.BoolVar(&o.SimulateIPS, "simulate-ips", false, "carry out drops, as on an inline pair")
	f.BoolVar(&o.NoDetection, "disable-detection", false, "load no rules")
	f.StringVar(&o.Firewall, "firewall-rules-exclusive", "", "firewall rules, in place of all others")
	f.StringVar(&o.DataDir, "data-dir", "", "folder for state that outlives a run")
	f.StringVar(&o.WritePcap, "write-pcap", "", "write the packets that would have been forwarded to this capture")
	f.IntVar(&o.Burst, "burst", 0, "most packets of a burst, 1 to 64; the result does not depend on it")
	f.BoolVar(&o.Mapped, "mapped", false, "read the capture from a mapping, not through net_pcap")
	f.IntVar(&o.Workers, "workers", 1, "share the flows among so many workers, in turn; the events are the same but for flow_id and order")
	f.Uint32Var(&o.Explain, "explain", 0, "for each packet that reaches the rule with this sid, say which condition held or failed, and at which octet")
	f.StringVar(&runmode, "runmode", "single", "accepted for Suricata's command lines; a replay has one worker")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "also show keys of the configuration that have no effect in weir")
	f.StringVar(&summary, "summary", "", "also write the summary as JSON to this file")
	f.StringVarP(&filter, "bpf-filter", "F", "", "file with a filter as tcpdump has it, in place of words behind the flags: only what matches is replayed")
	f.BoolVar(&remove, "pcap-file-delete", false, "delete the capture when it was replayed")
	f.BoolVarP(&quiet, "quiet", "q", false, "print no summary")
	f.Bool("no-random", false, "accepted for Suricata's command lines; a replay depends on no chance")
	f.String("strict-rule-keywords", "", "accepted for Suricata's command lines; an unknown keyword is always an error of its rule")
	f.Lookup("strict-rule-keywords").NoOptDefVal = "all"
	listed = suricataFlags(f)
	return c
}

// removeCapture deletes a capture that was replayed; folders are not deleted.
func removeCapture(path string) error {
	st, err := os.Stat(path)
	if err == nil && st.IsDir() {
		return fmt.Errorf("--pcap-file-delete: %s is a folder: its captures are left alone", path)
	}
	return os.Remove(path)
}

func isTerminal(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// printSummary tells a person what a replay saw.
func printSummary(w io.Writer, s *replay.Summary) {
	secs := max(s.Seconds, 1e-9)
	fmt.Fprintf(w, "%d packets, %d octets in %.3f s: %.0f packets/s, %.3f Gbit/s\n", s.Packets, s.Octets, s.Seconds,
		float64(s.Packets)/secs, float64(s.Octets)*8/secs/1e9)
	fmt.Fprintf(w, "%d flows, %d rules loaded", s.Flows, s.Rules)
	if s.RulesLeft > 0 {
		fmt.Fprintf(w, " (%d left out)", s.RulesLeft)
	}
	fmt.Fprintf(w, ", %d alerts\n", s.Alerts)
	if len(s.Hits) > 0 {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "\nalerts\tblocked\tsid\trule")
		for i, h := range s.Hits {
			if i == 20 {
				fmt.Fprintf(t, "\t\t\t… and %d more rules\n", len(s.Hits)-i)
				break
			}
			fmt.Fprintf(t, "%d\t%d\t%d\t%s\n", h.Count, h.Blocked, h.SID, h.Msg)
		}
		t.Flush()
	}
	if len(s.Drops) > 0 {
		fmt.Fprintln(w, "\npackets dropped, by reason:")
		for _, n := range sortedReasons(s.Drops) {
			fmt.Fprintf(w, "  %8d  %s\n", s.Drops[n], n)
		}
	}
	for _, p := range s.EvePaths {
		fmt.Fprintln(w, "events:", p)
	}
}

// sortedReasons are the reasons for drops, the most frequent first.
func sortedReasons(drops map[string]uint64) []string {
	var names []string
	for n := range drops {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		if drops[names[i]] != drops[names[j]] {
			return drops[names[i]] > drops[names[j]]
		}
		return names[i] < names[j]
	})
	return names
}
