package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/api"
)

func blockCommand() *cobra.Command {
	var o runOptions
	var asJSON bool
	c := &cobra.Command{Use: "block", Short: "List, add and remove blocks by address; resume mitigation"}
	list := &cobra.Command{Use: "list", Short: "List the blocks", Example: "  weir block list", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cl, err := o.client()
			if err != nil {
				return err
			}
			blocks, err := cl.Blocks()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(os.Stdout).Encode(blocks)
			}
			t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			for _, b := range blocks {
				fmt.Fprintf(t, "%s\texpires %s\t%s\n", b.Prefix, b.Expires.Format(time.RFC3339), b.Reason)
			}
			return t.Flush()
		}}
	var ttl time.Duration
	var reason string
	add := &cobra.Command{Use: "add PREFIX", Short: "Drop a prefix's packets for a time", Example: "  weir block add 192.0.2.7/32 --for 1h --reason 'brute force'",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, a []string) error {
			p, err := parsePrefix(a[0])
			if err != nil {
				return err
			}
			cl, err := o.client()
			if err != nil {
				return err
			}
			return cl.AddBlock(api.Block{Prefix: p, Expires: time.Now().Add(ttl), Reason: reason})
		}}
	list.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	add.Flags().DurationVar(&ttl, "for", time.Hour, "how long")
	add.Flags().StringVar(&reason, "reason", "", "why, for events and the list")
	remove := &cobra.Command{Use: "remove PREFIX", Short: "Take a block back", Example: "  weir block remove 192.0.2.7/32", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, a []string) error {
			p, err := parsePrefix(a[0])
			if err != nil {
				return err
			}
			cl, err := o.client()
			if err != nil {
				return err
			}
			return cl.RemoveBlock(p)
		}}
	clear := &cobra.Command{Use: "clear", Short: "Take all blocks back", Example: "  weir block clear", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cl, err := o.client()
			if err != nil {
				return err
			}
			n, err := cl.ClearBlocks()
			if err == nil {
				fmt.Printf("%d blocks were taken back\n", n)
			}
			return err
		}}
	resume := &cobra.Command{Use: "resume", Short: "Let mitigation act again after it stopped itself at anomaly.max-touched",
		Example: "  weir block resume", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cl, err := o.client()
			if err != nil {
				return err
			}
			return cl.Resume()
		}}
	for _, sub := range []*cobra.Command{list, add, remove, clear, resume} {
		o.flags(sub)
		c.AddCommand(sub)
	}
	return c
}

// parsePrefix reads a prefix or a single address.
func parsePrefix(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a prefix: write 192.0.2.7 or 2001:db8::/48", s)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
