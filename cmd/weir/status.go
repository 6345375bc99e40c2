package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/supervisor"
)

// client reaches the control process of a configuration.
func (o *runOptions) client() (*api.Client, error) {
	cfg, sec, err := o.load()
	if err != nil {
		return nil, err
	}
	return api.NewClient(supervisor.SocketPath(cfg, sec)), nil
}

func statusCommand() *cobra.Command {
	var o runOptions
	var asJSON, memory bool
	c := &cobra.Command{
		Use:     "status",
		Short:   "Show pairs, ports, drops and rules of the running weir",
		Example: "  weir status\n  weir status --json | jq .rules\n  weir status --memory",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cl, err := o.client()
			if err != nil {
				return err
			}
			if memory {
				return printMemory(os.Stdout, cl, asJSON)
			}
			s, err := cl.Status()
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(os.Stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(s)
			}
			printStatus(os.Stdout, &s)
			return nil
		},
	}
	o.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print everything as JSON")
	c.Flags().BoolVar(&memory, "memory", false, "show instead where the memory of both processes is")
	return c
}

// printMemory tells where memory goes, the largest part first.
func printMemory(w io.Writer, cl *api.Client, asJSON bool) error {
	m, err := cl.Memory()
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, p := range []struct {
		name  string
		parts []api.MemoryPart
	}{{"engine", m.Engine}, {"control", m.Control}} {
		sum := uint64(0)
		fmt.Fprintf(t, "resident MB\tof MB\t  %s\n", p.name)
		for _, x := range p.parts {
			of := ""
			if x.Mapped > 0 {
				of = fmt.Sprintf("%.1f", float64(x.Mapped)/1e6)
			}
			fmt.Fprintf(t, "%.1f\t%s\t  %s\n", float64(x.Resident)/1e6, of, x.Name)
			sum += x.Resident
		}
		fmt.Fprintf(t, "%.1f\t\t  in all\n", float64(sum)/1e6)
	}
	return t.Flush()
}

func reloadCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:     "reload",
		Short:   "Load the rules anew, beside the traffic",
		Example: "  weir reload",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cl, err := o.client()
			if err != nil {
				return err
			}
			r, err := cl.Reload()
			for _, m := range r.Messages {
				fmt.Fprintln(os.Stderr, m)
			}
			if err != nil {
				return err
			}
			how := ""
			if r.FromCache {
				how = ", compiled before"
			}
			fmt.Printf("generation %d is in force: %d rules loaded, %d refused, in %v%s (expected peak: control %d MiB, engine %d MiB more; %d MiB were free)\n",
				r.Generation, r.Loaded, r.Refused, r.Took.Round(time.Millisecond), how, r.Forecast.Control>>20, r.Forecast.Engine>>20, r.Forecast.Available>>20)
			return nil
		},
	}
	o.flags(c)
	return c
}

// printStatus tells a person how weir does.
func printStatus(w io.Writer, s *api.Status) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "control\tpid %d, since %s\n", s.PID, s.Started.Format(time.RFC3339))
	adopted := ""
	if s.Engine.Adopted {
		adopted = ", adopted"
	}
	fmt.Fprintf(t, "engine\tpid %d, %s%s, since %s, %d restarts\n", s.Engine.PID, s.Engine.State, adopted, s.Engine.Since.Format(time.RFC3339), s.Engine.Restarts)
	if s.Engine.OutageCause != "" {
		fmt.Fprintf(t, "\tthe wire was away for %v (%s)\n", s.Engine.Outage, s.Engine.OutageCause)
	}
	fmt.Fprintf(t, "\theap %d octets, %d mallocs, %d collections\n", s.Engine.HeapBytes, s.Engine.Mallocs, s.Engine.Collections)
	fmt.Fprintf(t, "rules\tgeneration %d, %d loaded, %d refused\n", s.Rules.Generation, s.Rules.Loaded, s.Rules.Refused)
	if s.Rules.Error != "" {
		fmt.Fprintf(t, "\tthe last reload failed: %s\n", s.Rules.Error)
	}
	for _, p := range s.Pairs {
		fmt.Fprintf(t, "pair %s\t%s, before the first rules: %s\n", p.Name, p.Mode, p.Startup)
		for _, o := range p.Ports {
			link := "down"
			switch {
			case o.LinkUnknown:
				link = "not seen from this network namespace"
			case o.Link:
				link = "up"
			}
			fmt.Fprintf(t, "  %s\t%s %s, link %s, rx %d packets (%d missed), tx %d packets\n", o.Side, o.Name, o.Device, link, o.RxPackets, o.RxMissed, o.TxPackets)
		}
	}
	for _, k := range s.Workers {
		fmt.Fprintf(t, "worker %d\tCPU %d, heartbeat %v ago, %d packets, %d flows, ring %d of %d, %d events lost, poll gap p99.9 %v\n",
			k.ID, k.CPU, k.HeartbeatAge.Round(time.Microsecond), k.Received, k.Flows, k.RingDepth, k.RingSize, k.EventsLost, k.PollGapP999)
	}
	fmt.Fprintf(t, "packets\treceived %d + originated %d = sent %d + freed %d + held %d\n", s.Received, s.Originated, s.Sent, s.Freed, s.Held)
	for _, d := range s.Drops {
		fmt.Fprintf(t, "  dropped\t%d: %s\n", d.Count, d.Name)
	}
	fmt.Fprintf(t, "events\t%d written, %d read, %d lost\n", s.Events.Written, s.Events.Read, s.Events.Lost)
	fmt.Fprintf(t, "blocks\t%d\n", s.Blocks)
	for _, d := range s.Degraded {
		fmt.Fprintf(t, "degraded\t%s\n", d)
	}
	t.Flush()
}
