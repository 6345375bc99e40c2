package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/replay"
)

func demoCommand() *cobra.Command {
	var capture, rules, out string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show one capture as ids sees it and as inline lets it through",
		Long: `Run a capture twice through the real engine over DPDK's net_pcap: passively, to
show what is in it, and inline, to show what would have arrived. Each run is a
process of its own.`,
		Example: `  make demo
  weir demo --capture traffic.pcap --rules my.rules --out /tmp/demo`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return demo(os.Stdout, capture, rules, out) },
	}
	c.Flags().StringVar(&capture, "capture", "internal/demo/testdata/demo.pcap", "capture to show")
	c.Flags().StringVar(&rules, "rules", "configs/rules/starter.rules", "rule file")
	c.Flags().StringVar(&out, "out", "out/demo", "folder for events and captures")
	return c
}

// demo runs both modes and prints them side by side.
func demo(w io.Writer, capture, rules, out string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	ids, err := demoRun(exe, filepath.Join(out, "ids"), "-S", rules, "-r", capture)
	if err != nil {
		return err
	}
	clean := filepath.Join(out, "inline", "clean.pcap")
	inline, err := demoRun(exe, filepath.Join(out, "inline"), "-S", rules, "-r", capture, "--simulate-ips", "--write-pcap", clean,
		"--set", "outputs.1.eve-log.types.1.drop.alerts=yes")
	if err != nil {
		return err
	}
	printDemo(w, ids, inline)
	fmt.Fprintf(w, "\nwhat was seen:         %s\nwhat was done inline:  %s\nwhat would have come through: %s\n",
		filepath.Join(out, "ids", "eve.json"), filepath.Join(out, "inline", "eve.json"), clean)
	return nil
}

// demoRun replays in a process of its own and reads its summary back.
func demoRun(exe, dir string, args ...string) (*replay.Summary, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	// Outputs append; a demo starts anew.
	for _, f := range []string{"eve.json", "fast.log"} {
		os.Remove(filepath.Join(dir, f))
	}
	file := filepath.Join(dir, "summary.json")
	cmd := exec.Command(exe, append([]string{"replay", "-q", "-l", dir, "--summary", file}, args...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("demo: the replay ended with %w", err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := &replay.Summary{}
	return s, json.Unmarshal(b, s)
}

func printDemo(w io.Writer, ids, inline *replay.Summary) {
	fmt.Fprintf(w, "%d packets, %d flows, %d rules\n\n", ids.Packets, ids.Flows, ids.Rules)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tids (what was seen)\tinline (what would have arrived)")
	rate := func(s *replay.Summary) string {
		return fmt.Sprintf("%.0f packets/s, %.3f Gbit/s", float64(s.Packets)/s.Seconds, float64(s.Octets)*8/s.Seconds/1e9)
	}
	fmt.Fprintf(t, "speed\t%s\t%s\n", rate(ids), rate(inline))
	fmt.Fprintf(t, "packets through\t%d\t%d\n", ids.Packets, inline.Sent)
	var dropped uint64
	for _, n := range inline.Drops {
		dropped += n
	}
	fmt.Fprintf(t, "packets dropped\t0\t%d\n", dropped)
	fmt.Fprintf(t, "alerts\t%d\t%d\n\t\t\n", ids.Alerts, inline.Alerts)
	seen := map[uint32]uint64{}
	for _, h := range ids.Hits {
		seen[h.SID] = h.Count
	}
	done := map[uint32]replay.Hit{}
	all := append([]replay.Hit(nil), ids.Hits...)
	for _, h := range inline.Hits {
		done[h.SID] = h
		if _, ok := seen[h.SID]; !ok {
			all = append(all, h)
		}
	}
	fmt.Fprintln(t, "rule\tids alerts\tinline alerts (blocked)")
	for _, h := range all {
		fmt.Fprintf(t, "%d %s\t%d\t%d (%d)\n", h.SID, h.Msg, seen[h.SID], done[h.SID].Count, done[h.SID].Blocked)
	}
	t.Flush()
	if len(inline.Drops) > 0 {
		fmt.Fprintln(w, "\ndropped inline, by reason:")
		for _, r := range sortedReasons(inline.Drops) {
			fmt.Fprintf(w, "  %6d  %s\n", inline.Drops[r], r)
		}
	}
}
