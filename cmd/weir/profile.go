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
)

func rulesProfileCommand() *cobra.Command {
	var o runOptions
	var top int
	var asJSON bool
	c := &cobra.Command{
		Use:   "profile",
		Short: "Show what the rules of the running weir cost",
		Long: `Show which rules take the workers' time. One judgement in so many is timed
(policy.profile.sample), all the time; counts and times are estimates from that.
A rule that takes more than policy.profile.budget is reported, and left out for
policy.profile.suspend where that is set.`,
		Example: "  weir rules profile\n  weir rules profile --top 100 --json | jq '.rules[].sid'",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cl, err := o.client()
			if err != nil {
				return err
			}
			p, err := cl.Profile(top)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(p)
			}
			printCosts(os.Stdout, &p)
			return nil
		},
	}
	o.flags(c)
	c.Flags().IntVar(&top, "top", 20, "the dearest so many; 0: all")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printCosts prints a profile as a table.
func printCosts(w io.Writer, p *api.Profile) {
	fmt.Fprintf(w, "%d rules were judged in %v and took %v; one judgement in %d was timed\n\n", p.Judged, p.Over.Round(time.Millisecond),
		time.Duration(p.TotalNS).Round(time.Microsecond), p.Every)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "% of time\ttotal\tchecks\tmatches\tns a check\tmost ns\tsid\t  rule")
	for _, r := range p.Rules {
		note := ""
		if r.RestsUntil != nil {
			note = " (left out until " + r.RestsUntil.Format(time.TimeOnly) + ")"
		}
		fmt.Fprintf(t, "%.2f\t%v\t%d\t%d\t%.0f\t%.0f\t%d\t  %s%s\n", r.Percent, time.Duration(r.TotalNS).Round(time.Microsecond), r.Checks, r.Matches,
			r.AverageNS, r.MaxNS, r.SID, r.Msg, note)
	}
	t.Flush()
}
