package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/policy"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/rule"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{Use: "rules", Short: "Check and explain rules"}
	c.AddCommand(rulesCheckCommand(), rulesKeywordsCommand(), rulesHooksCommand(), rulesExplainCommand(), rulesProfileCommand(), rulesCostCommand(), rulesTestCommand())
	return c
}

// ruleSource is how the rules commands find configuration and rules.
type ruleSource struct {
	config   string
	sets     []string
	firewall []string
}

func (s *ruleSource) flags(c *cobra.Command) {
	c.Flags().StringVarP(&s.config, "config", "c", "", "configuration with the variables that rules use (default: the built-in profile)")
	c.Flags().StringArrayVar(&s.firewall, "firewall", nil, "firewall rule file, in place of the configuration's")
	c.Flags().StringArrayVar(&s.sets, "set", nil, "set a key of the configuration: --set vars.address-groups.HOME_NET=any")
}

// load parses and compiles; with no files, those of the configuration.
func (s *ruleSource) load(files []string) (*policy.Set, error) {
	cfg, warn, err := config.Load(config.Options{File: s.config, Defaults: s.config == "", Env: os.Environ(), Sets: s.sets})
	if err != nil {
		return nil, err
	}
	sec, more, err := cfg.Sections()
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && len(s.firewall) == 0 {
		if files, err = sec.Files.ResolveRuleFiles(); err != nil {
			return nil, err
		}
	}
	set, err := policy.Load(policy.Request{Config: cfg, Sections: sec, Files: files, Firewall: s.firewall})
	if err != nil {
		return nil, err
	}
	for _, ws := range [][]config.Warning{warn, more, set.Warnings} {
		for _, w := range ws {
			if !w.Verbose() {
				fmt.Fprintln(os.Stderr, "warning:", w)
			}
		}
	}
	return set, nil
}

func rulesCheckCommand() *cobra.Command {
	var src ruleSource
	var quiet bool
	c := &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Parse and compile rules; say what is wrong and where",
		Long: `Parse and compile rule files, or those of the configuration, and print for each
file how many rules load and how many do not. Every rule that does not load is
named with file, line, column and the reason. Exits with 1 when there is one.
Where weir is a firewall, it also says what the policy would drop of the packets
that a link lives on: ARP, neighbour discovery, spanning tree and the like.`,
		Example: `  weir rules check my.rules
  weir rules check -c /etc/weir/weir.yaml
  weir rules check --firewall my-firewall.rules my.rules
  weir rules check --set vars.address-groups.HOME_NET=any *.rules`,
		RunE: func(_ *cobra.Command, files []string) error {
			set, err := src.load(files)
			if err != nil {
				return err
			}
			bad := printCheck(os.Stdout, set, quiet)
			fates, err := policy.Link(set)
			if err != nil {
				return err
			}
			policy.PrintLink(os.Stdout, fates)
			switch n := len(set.LineErrors); {
			case bad > 0 && n > 0:
				return fmt.Errorf("%d rules and %d lines of lists do not load", bad, n)
			case bad > 0:
				return fmt.Errorf("%d rules do not load", bad)
			case n > 0:
				return fmt.Errorf("%d lines of lists do not load", n)
			}
			return nil
		},
	}
	src.flags(c)
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "print the table alone")
	return c
}

// printCheck prints what is wrong and a table by file; it returns the number of
// rules that do not load.
func printCheck(w io.Writer, set *policy.Set, quiet bool) int {
	if !quiet {
		set.Report(w)
		if len(set.Errors)+len(set.Left)+len(set.LineErrors) > 0 {
			fmt.Fprintln(w)
		}
	}
	type row struct{ loaded, wrong, left int }
	rows := map[string]*row{}
	at := func(f string) *row {
		if rows[f] == nil {
			rows[f] = &row{}
		}
		return rows[f]
	}
	for _, f := range set.Files {
		at(f)
	}
	for _, r := range set.Result.Rules {
		at(r.Pos.File).loaded++
	}
	for _, e := range set.Errors {
		at(e.Pos.File).wrong++
	}
	for _, l := range set.Left {
		at(l.Rule.Pos.File).left++
	}
	var names []string
	for f := range rows {
		names = append(names, f)
	}
	sort.Strings(names)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "load\twrong\tnot there yet\t  file")
	var sum row
	for _, f := range names {
		r := rows[f]
		fmt.Fprintf(t, "%d\t%d\t%d\t  %s\n", r.loaded, r.wrong, r.left, filepath.Base(f))
		sum.loaded, sum.wrong, sum.left = sum.loaded+r.loaded, sum.wrong+r.wrong, sum.left+r.left
	}
	fmt.Fprintf(t, "%d\t%d\t%d\t  in all; %d more are switched off\n", sum.loaded, sum.wrong, sum.left, set.Disabled)
	t.Flush()
	return sum.wrong + sum.left
}

func rulesKeywordsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list-keywords",
		Short:   "List every keyword of the rule language",
		Example: "  weir rules list-keywords | grep ^http",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return listKeywords(os.Stdout) },
	}
}

func listKeywords(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range rule.Keywords() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", k.Group, k.Name, k.Doc)
	}
	return t.Flush()
}

func rulesExplainCommand() *cobra.Command {
	var src ruleSource
	var sid uint32
	c := &cobra.Command{
		Use:   "explain SID [FILE...]",
		Short: "Show what a rule compiles to: its group, fast pattern, conditions",
		Long: `Show on what a rule is judged, which pattern makes it a candidate and with how many
others that is scanned for, and its conditions in the order in which they run. What
it costs on your traffic, weir rules cost and weir rules profile say; what becomes
of it on each packet, weir replay --explain SID.`,
		Example: "  weir rules explain 9000001 configs/rules/starter.rules",
		RunE: func(_ *cobra.Command, args []string) error {
			if sid == 0 {
				if len(args) == 0 {
					return errors.New("name the rule: weir rules explain SID [FILE...]")
				}
				n, err := strconv.ParseUint(args[0], 10, 32)
				if err != nil {
					return fmt.Errorf("%q is no sid", args[0])
				}
				sid, args = uint32(n), args[1:]
			}
			set, err := src.load(args)
			if err != nil {
				return err
			}
			for _, l := range set.Left {
				if l.Rule.SID == sid {
					return fmt.Errorf("%s: sid %d does not load: %w", l.Rule.Pos, sid, l.Err)
				}
			}
			text, err := compile.Explain(set.Result, sid)
			if err != nil {
				return errors.Join(err, errors.New("name the file that holds it, or a configuration that lists it"))
			}
			fmt.Print(text)
			return nil
		},
	}
	src.flags(c)
	c.Flags().Uint32Var(&sid, "sid", 0, "the rule's sid, in place of the first argument")
	return c
}
