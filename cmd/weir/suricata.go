package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app/protocols"
)

// foreign are the flags of Suricata's command line that weir has not: what does their
// work instead. A flag that takes a value has one here, too.
var foreign = []struct {
	name, short string
	value       bool
	instead     string
}{
	{"interface", "i", true, inPorts}, {"af-packet", "", true, inPorts}, {"af-xdp", "", true, inPorts}, {"dpdk", "", false, inPorts}, {"pcap", "", true, inPorts},
	{"netmap", "", true, inPorts}, {"pfring", "", true, inPorts}, {"nflog", "", true, inPorts}, {"ipfw", "d", true, inPorts},
	{"nfq", "q", true, inPorts}, {"capture", "r", true, "weir replay -r reads captures"},
	{"checksums", "k", true, "stream.checksum-validation says it for live traffic"},
	{"simulate-ips", "", false, "dpdk.pairs[].mode is inline, tap or ids"},
	{"erf-in", "", true, "convert the capture to pcap with editcap, and read that with weir replay -r"},
	{"dag", "", true, inPorts}, {"napatech", "", false, inPorts}, {"windivert", "", true, inPorts},
	{"pcap-buffer-size", "", true, "dpdk.ports[].rx-descriptors says how much a port holds"},
	{"reject-dev", "", true, "rejects leave by the port that they are meant for"},
	{"bpf-filter", "F", true, "blocks, bypass and pass rules let live traffic by; weir replay -F filters captures"},
	{"daemon", "D", false, "let systemd or a container run weir run; it stays in front"},
	{"pidfile", "", true, "let systemd run weir run; control.run-dir keeps two from running at once"},
	{"user", "", true, "let systemd choose the user, or weir doctor say what rights are needed"},
	{"group", "", true, "let systemd choose the group"},
	{"unix-socket", "", false, "weir status, reload, block and dataset talk to a running weir"},
	{"engine-analysis", "", false, "weir rules check, weir rules explain SID and weir rules cost say what became of rules"},
	{"list-rule-protos", "", false, "weir rules list-hooks names protocols and their states"},
	{"list-runmodes", "", false, "weir run is inline, tap or ids, by pair: dpdk.pairs[].mode"},
	{"pcap-file-continuous", "", false, "call weir replay for each capture as it comes; -r FOLDER reads those that are there"},
	{"unittests", "u", false, "go test ./... runs weir's tests"},
	{"list-unittests", "", false, "go test -list . ./... names weir's tests"},
	{"fatal-unittests", "", false, "go test -failfast ./... runs weir's tests"},
	{"unittest-filter", "U", true, "go test -run NAME ./... runs weir's tests"},
	{"unittests-coverage", "", false, "go test -cover ./... runs weir's tests"},
	{"service-install", "", false, "let systemd run weir run"},
	{"service-remove", "", false, "let systemd run weir run"},
	{"service-change-params", "", false, "let systemd run weir run"},
}

const inPorts = "ports are named in the configuration (dpdk.ports, dpdk.pairs) or with weir run --vdev; a capture is read with weir replay -r"

// foreignFlag refuses to be set.
type foreignFlag struct{ name, instead string }

func (*foreignFlag) String() string { return "" }
func (*foreignFlag) Type() string   { return "string" }

// Set is pflag.Value's.
func (f *foreignFlag) Set(string) error { return errors.New("weir has no such flag; " + f.instead) }

// listing are the flags of Suricata's that print something and end.
type listing struct{ keywords, protos, config, build bool }

// suricataFlags adds the flags of Suricata's users to a command, where it has none of
// that name: those that print something, and those that say what to do instead.
func suricataFlags(f *pflag.FlagSet) *listing {
	l := &listing{}
	keywords := "list-keywords"
	f.StringVar(new(string), keywords, "", "list the keywords of rules and end: what weir rules list-keywords does")
	f.Lookup(keywords).NoOptDefVal = "all"
	f.BoolVar(&l.protos, "list-app-layer-protos", false, "list the protocols that are parsed and end")
	f.BoolVar(&l.config, "dump-config", false, "print every key of the configuration with its value and end")
	f.BoolVar(&l.build, "build-info", false, "print versions and end")
	f.Bool("disable-gccpu", false, "accepted for Suricata's command lines")
	for _, x := range foreign {
		if f.Lookup(x.name) != nil {
			continue
		}
		short := x.short
		if short != "" && f.ShorthandLookup(short) != nil {
			short = ""
		}
		flag := f.VarPF(&foreignFlag{x.name, x.instead}, x.name, short, "")
		flag.Hidden = true
		if !x.value {
			flag.NoOptDefVal = "true"
		}
	}
	return l
}

// list prints what was asked for. false: nothing was.
func (l *listing) list(c *cobra.Command, w io.Writer, load func() (*config.Config, error)) (bool, error) {
	switch {
	case c.Flags().Changed("list-keywords"):
		return true, listKeywords(w)
	case l.protos:
		var names []string
		for _, p := range protocols.All() {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
		slices.Sort(names)
		for _, n := range names {
			fmt.Fprintln(w, n)
		}
		return true, nil
	case l.config:
		cfg, err := load()
		if err == nil {
			_, err = io.WriteString(w, cfg.Dump())
		}
		return true, err
	case l.build:
		printBuild(w)
		return true, nil
	}
	return false, nil
}

// printBuild says what the program was made of.
func printBuild(w io.Writer) {
	fmt.Fprintf(w, "weir %s, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, s := range b.Settings {
		if s.Key == "CGO_ENABLED" || s.Key == "-tags" || s.Key == "vcs.revision" || s.Key == "GOAMD64" {
			fmt.Fprintf(w, "%s: %s\n", s.Key, s.Value)
		}
	}
	for _, d := range b.Deps {
		fmt.Fprintf(w, "%s %s\n", d.Path, d.Version)
	}
}

// filterOf is the filter of words behind the flags, or of a file, whose lines may end
// in comments.
func filterOf(args []string, file string) (string, error) {
	if file == "" {
		return strings.Join(args, " "), nil
	}
	if len(args) > 0 {
		return "", fmt.Errorf("-F %s and %q: there can be one filter", file, args[0])
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("filter: %w", err)
	}
	var words []string
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "#")
		words = append(words, strings.Fields(line)...)
	}
	return strings.Join(words, " "), nil
}

// noFilter refuses words behind the flags, which are a filter to Suricata's users.
func noFilter(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q: live traffic is not filtered: blocks, bypass and pass rules let it by; weir replay filters captures", args[0])
	}
	return nil
}

// loadConfig loads the configuration that a replay would have.
func loadConfig(file string, includes, sets []string) (*config.Config, error) {
	cfg, warnings, err := config.Load(config.Options{File: file, Defaults: file == "", Env: os.Environ(), Sets: sets, Includes: includes})
	for _, w := range warnings {
		if !w.Verbose() {
			fmt.Fprintln(os.Stderr, "warning:", w)
		}
	}
	return cfg, err
}
