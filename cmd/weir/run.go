package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/control/config"
	_ "github.com/weir-ips/weir/control/metrics/quiet" // before the library that logs
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/control/policy"
	"github.com/weir-ips/weir/control/replay"
	"github.com/weir-ips/weir/control/supervisor"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/event/eve"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// runOptions are the flags that run shares with the commands that talk to it.
type runOptions struct {
	config string
	sets   []string
	vdevs  []string
	rules  []string
	logDir string
	mode   string
	noHuge bool
	runDir string
	// verbose also shows keys that have no effect.
	verbose bool
}

func (o *runOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.config, "config", "c", "", "configuration, a weir.yaml or suricata.yaml (default: the built-in profile)")
	f.StringArrayVar(&o.sets, "set", nil, "set a key of the configuration: --set a.b.c=value")
	f.StringVar(&o.runDir, "run-dir", "", "folder for sockets and locks (control.run-dir)")
}

// load reads the configuration with what the flags add to it.
func (o *runOptions) load() (*config.Config, *config.Sections, error) {
	sets := append([]string(nil), o.sets...)
	for i, v := range o.vdevs {
		sets = append(sets, fmt.Sprintf("dpdk.ports.%d.name=port%d", i, i), fmt.Sprintf("dpdk.ports.%d.vdev=%s", i, v))
	}
	for i := 0; i < len(o.vdevs); i += 2 {
		p := fmt.Sprintf("dpdk.pairs.%d.", i/2)
		sets = append(sets, fmt.Sprintf("%sname=pair%d", p, i/2), fmt.Sprintf("%sinside=port%d", p, i), p+"mode="+o.mode)
		if i+1 < len(o.vdevs) {
			sets = append(sets, fmt.Sprintf("%soutside=port%d", p, i+1))
		}
	}
	if o.noHuge {
		sets = append(sets, "dpdk.huge.enabled=no")
	}
	if o.runDir != "" {
		sets = append(sets, "control.run-dir="+o.runDir)
	}
	if o.logDir != "" {
		sets = append(sets, "default-log-dir="+o.logDir)
	}
	cfg, warn, err := config.Load(config.Options{File: o.config, Defaults: o.config == "", Env: os.Environ(), Sets: sets})
	if err != nil {
		return nil, nil, err
	}
	sec, more, err := cfg.Sections()
	if err != nil {
		return nil, nil, err
	}
	for _, w := range append(warn, more...) {
		if o.verbose || !w.Verbose() {
			fmt.Fprintln(os.Stderr, "warning:", w)
		}
	}
	return cfg, sec, nil
}

func runCommand() *cobra.Command {
	var o runOptions
	var dry, test bool
	var listed *listing
	c := &cobra.Command{
		Use:   "run",
		Short: "Run inline: start or adopt the engine, load rules, write events",
		Long: `Start the engine on the configured pairs of ports, or adopt the one that a former
control left running, load the rules beside the traffic, write events, serve
metrics. TERM and INT stop both processes clean, USR2 reloads the rules, HUP
opens the output files again.`,
		Example: `  weir run -c /etc/weir/weir.yaml
  weir run --vdev net_tap0,iface=weir0 --vdev net_tap1,iface=weir1 -S my.rules -l /tmp/weir
  weir run -c /etc/weir/weir.yaml --dry-run`,
		Args: noFilter,
		RunE: func(cmd *cobra.Command, _ []string) error {
			done, err := listed.list(cmd, os.Stdout, func() (*config.Config, error) {
				cfg, _, err := o.load()
				return cfg, err
			})
			switch {
			case done:
				return err
			case test:
				return testRun(&o)
			}
			return run(&o, dry)
		},
	}
	o.flags(c)
	f := c.Flags()
	f.StringArrayVar(&o.vdevs, "vdev", nil, "virtual device; every two form a pair, the first inside: --vdev net_tap0,iface=weir0")
	f.StringArrayVarP(&o.rules, "rules", "S", nil, "rule file, in place of the configuration's; may be given more than once")
	f.StringVarP(&o.logDir, "log-dir", "l", "", "folder for eve.json and the other outputs")
	f.StringVar(&o.mode, "mode", "inline", "what the pairs of --vdev do: inline, tap or ids")
	f.BoolVar(&o.noHuge, "no-huge", false, "use ordinary memory, not hugepages")
	f.BoolVar(&dry, "dry-run", false, "print ports, pairs, queues, CPUs and memory; start nothing")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also show keys of the configuration that have no effect in weir")
	f.BoolVarP(&test, "test", "T", false, "load configuration and rules, start nothing; an error when a rule does not load")
	listed = suricataFlags(f)
	return c
}

// testRun loads what a run would.
func testRun(o *runOptions) error {
	if _, _, err := o.load(); err != nil {
		return err
	}
	sum, err := replay.Run(replay.Options{Config: o.config, Sets: o.sets, Rules: o.rules, LogDir: os.TempDir(), Checksums: "all", CheckOnly: true, Stderr: os.Stderr})
	if err != nil {
		return err
	}
	fmt.Printf("%d rules load; the configuration is right\n", sum.Rules)
	return nil
}

func run(o *runOptions, dry bool) error {
	if len(o.vdevs)%2 != 0 && o.mode != "ids" {
		return fmt.Errorf("--vdev: %d devices do not form pairs: name two for each pair (only --mode ids can do with one)", len(o.vdevs))
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	k := &keeper{names: compile.NewNames()}
	s, err := supervisor.New(supervisor.Options{
		Load: func() (*config.Config, *config.Sections, error) {
			cfg, sec, err := o.load()
			if err == nil && k.refs == nil {
				k.refs, _, _ = cfg.References()
			}
			return cfg, sec, err
		},
		Launcher: supervisor.Launcher{Exe: exe, Args: []string{"engine"}},
		Compile: func(_ context.Context, cfg *config.Config, sec *config.Sections, gen uint32) (*supervisor.Policy, error) {
			return k.compile(o.rules, cfg, sec, gen)
		},
		Inputs: func(_ *config.Config, sec *config.Sections) []string {
			files := o.rules
			if len(files) == 0 {
				files, _ = sec.Files.ResolveRuleFiles()
			}
			return append(append([]string(nil), files...), policy.Inputs(sec)...)
		},
		Restore: k.restore,
		Outputs: func(_ *config.Config, sec *config.Sections) ([]output.Options, error) {
			return wiring.Outputs(sec, sec.Files.LogDir), os.MkdirAll(sec.Files.LogDir, 0o755)
		},
		FileStore: func(sec *config.Sections, names eve.Names, report output.Report) (*output.FileStore, error) {
			return wiring.FileStore(sec, sec.Files.LogDir, names, report)
		},
		CertStore: func(sec *config.Sections, report output.Report) (*output.CertStore, error) {
			return wiring.CertStore(sec, sec.Files.LogDir, report)
		},
		AppProto: func(id uint16) string {
			if id == 0 || id >= uint16(input.NumAppProtos) {
				return ""
			}
			return input.AppProto(id).String()
		},
		Log:     log,
		Version: version,
	})
	if err != nil {
		return err
	}
	if dry {
		fmt.Print(s.Plan())
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	other := make(chan os.Signal, 4)
	signal.Notify(other, syscall.SIGHUP, syscall.SIGUSR2)
	go func() {
		for sig := range other {
			if sig == syscall.SIGHUP {
				s.Reopen()
				continue
			}
			if _, err := s.Reload(ctx); err != nil {
				log.Error("rules were not reloaded; the old ones run on", "error", err)
			}
		}
	}()
	return s.Run(ctx)
}

// keeper is what control remembers from one policy to the next.
type keeper struct {
	// names keeps the numbers of flowbits and their kin.
	names *compile.Names
	// before counts the rules of each file that are in force.
	before map[string]int
	refs   map[string]config.Reference
}

// compile makes the bundle of a generation.
func (k *keeper) compile(files []string, cfg *config.Config, sec *config.Sections, gen uint32) (*supervisor.Policy, error) {
	if len(files) == 0 {
		var err error
		if files, err = sec.Files.ResolveRuleFiles(); err != nil {
			return nil, err
		}
	}
	refs, _, err := cfg.References()
	if err != nil {
		return nil, err
	}
	k.refs = refs
	set, err := policy.Load(policy.Request{Config: cfg, Sections: sec, Files: files, Names: k.names, Cached: true, Live: true, Before: k.before})
	if err != nil {
		return nil, err
	}
	k.before = set.PerFile()
	match.SetGeneration(set.Bundle, gen)
	p := &supervisor.Policy{Octets: set.Bundle, Loaded: set.Loaded(), Refused: set.Refused(), Skipped: set.Meta.Skipped, Messages: set.Messages(), FromCache: set.FromCache}
	for _, w := range set.Warnings {
		p.Messages = append(p.Messages, "warning: "+w.String())
	}
	p.Rules = wiring.NewRuleTable(refs, set.Meta)
	return p, nil
}

// restore reads the names of rules back from a bundle that an engine handed over,
// and the numbers of its variables.
func (k *keeper) restore(octets []byte) (supervisor.RuleNames, error) {
	meta, err := compile.ReadMeta(octets)
	if err != nil {
		return nil, err
	}
	if !k.names.Adopt(meta.Names) {
		return nil, errors.New("bundle: its variables contradict those of this control")
	}
	k.before = (&policy.Set{Meta: meta}).PerFile()
	return wiring.NewRuleTable(k.refs, meta), nil
}
