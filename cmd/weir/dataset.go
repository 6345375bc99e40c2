package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/api"
)

// datasetCommand is what Suricata's socket commands dataset-add, -remove, -lookup,
// -clear and -dump do, in their order of arguments.
func datasetCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{Use: "dataset", Short: "Look into the data sets of the rules in force and change them",
		Long: "Values are written as in a set's file: text in base64, digests in hex, addresses as they are.\n" +
			"With --text a value of type string is taken as it stands. A change holds for all workers at once,\n" +
			"survives reloads, and goes with the engine unless the set has a file to be saved in."}
	var text, asJSON bool
	run := func(cmd api.SetCommand) (api.SetAnswer, error) {
		cl, err := o.client()
		if err != nil {
			return api.SetAnswer{}, err
		}
		return cl.Sets(cmd)
	}
	for _, x := range []struct{ op, short, example string }{
		{"add", "Put a value into a set", "  weir dataset add bad-domains string --text evil.example\n  weir dataset add bad-ips ipv4 192.0.2.7"},
		{"remove", "Take a value out of a set", "  weir dataset remove bad-ips ipv4 192.0.2.7"},
		{"lookup", "Ask whether a set has a value; exits 1 when it has not", "  weir dataset lookup bad-ips ipv4 192.0.2.7"},
	} {
		sub := &cobra.Command{Use: x.op + " SET TYPE VALUE", Short: x.short, Example: x.example, Args: cobra.ExactArgs(3),
			RunE: func(_ *cobra.Command, a []string) error {
				if text && a[1] == "string" {
					a[2] = base64.StdEncoding.EncodeToString([]byte(a[2]))
				}
				r, err := run(api.SetCommand{Op: x.op, Set: a[0], Type: a[1], Value: a[2]})
				if err != nil {
					return err
				}
				if x.op == "lookup" && !r.Found || x.op != "lookup" && !r.Changed {
					return errors.New(r.Message)
				}
				fmt.Println(r.Message)
				return nil
			}}
		sub.Flags().BoolVar(&text, "text", false, "the value of a string is plain text, not base64")
		c.AddCommand(sub)
	}
	c.AddCommand(&cobra.Command{Use: "clear SET TYPE", Short: "Take everything out of a set", Example: "  weir dataset clear bad-ips ipv4", Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, a []string) error {
			r, err := run(api.SetCommand{Op: "clear", Set: a[0], Type: a[1]})
			if err == nil {
				fmt.Println(r.Message)
			}
			return err
		}})
	c.AddCommand(&cobra.Command{Use: "dump", Short: "Write the sets that have a file (save, state) to it", Example: "  weir dataset dump", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			r, err := run(api.SetCommand{Op: "dump"})
			if err == nil {
				fmt.Println(r.Message)
			}
			return err
		}})
	list := &cobra.Command{Use: "list", Short: "List the sets of the rules in force", Example: "  weir dataset list", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			r, err := run(api.SetCommand{Op: "list"})
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(os.Stdout).Encode(r.Sets)
			}
			t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "set\ttype\tloaded\tchanged since\tfile")
			for _, s := range r.Sets {
				changed := "no"
				if s.Touched {
					changed = "yes"
				}
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", s.Name, s.Type, s.Loaded, changed, s.Save)
			}
			return t.Flush()
		}}
	list.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	c.AddCommand(list)
	for _, sub := range c.Commands() {
		o.flags(sub)
	}
	return c
}
