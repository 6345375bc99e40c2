package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/internal/packetbuild"
	"go.yaml.in/yaml/v3"
)

func rulesTestCommand() *cobra.Command {
	var config string
	var verbose bool
	c := &cobra.Command{
		Use:   "test FILE...",
		Short: "Run tests of rules: traffic, and the alerts that it must raise",
		Long: `Run files of tests. A file names rules, and tests with traffic and what the rules
must say of it; a rule that a test does not name must not alert:

  rules:                                # rules, and files of rules (files: [a.rules])
    - drop http any any -> any any (http.uri; content:"/evil"; sid:1;)
  tests:
    - name: an evil page is blocked
      inline: yes                       # drops are carried out
      traffic:
        - tcp: 10.0.0.1:40000 -> 192.0.2.1:80
          send:
            - client: "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n"
          cut: 7                        # in segments of 7 octets
        - udp: 10.0.0.1:5353 -> 192.0.2.1:53
          send:
            - client: hex:0001 0100 00
      alerts: {1: 1}                    # by number: so many, or "2+"
      blocked: [1]
    - name: a real capture
      capture: clean.pcap
      alerts: {}

Exits with 1 when a test fails.`,
		Example: "  weir rules test my-rules.test.yaml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			failed, all := 0, 0
			for _, f := range files {
				bad, n, err := runRuleTests(os.Stdout, f, config, verbose)
				if err != nil {
					return err
				}
				failed, all = failed+bad, all+n
			}
			if failed > 0 {
				return fmt.Errorf("%d of %d tests failed", failed, all)
			}
			fmt.Printf("%d tests passed\n", all)
			return nil
		},
	}
	c.Flags().StringVarP(&config, "config", "c", "", "configuration (default: the built-in profile)")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "also print what weir says while it replays")
	return c
}

// ruleTests is a file of tests.
type ruleTests struct {
	Rules []string   `yaml:"rules"`
	Files []string   `yaml:"files"`
	Set   []string   `yaml:"set"`
	Tests []ruleTest `yaml:"tests"`
}

type ruleTest struct {
	Name    string            `yaml:"name"`
	Inline  bool              `yaml:"inline"`
	Capture string            `yaml:"capture"`
	Traffic []exchange        `yaml:"traffic"`
	Set     []string          `yaml:"set"`
	Alerts  map[uint32]string `yaml:"alerts"`
	Blocked []uint32          `yaml:"blocked"`
}

// exchange is one connection, or one exchange of datagrams.
type exchange struct {
	TCP  string              `yaml:"tcp"`
	UDP  string              `yaml:"udp"`
	Send []map[string]string `yaml:"send"`
	Cut  int                 `yaml:"cut"`
	// Open leaves the connection open; NoHandshake begins in its middle.
	Open        bool `yaml:"open"`
	NoHandshake bool `yaml:"no-handshake"`
}

// maxTestFile bounds a file of tests.
const maxTestFile = 16 << 20

func readRuleTests(path string) (*ruleTests, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(b) > maxTestFile {
		return nil, fmt.Errorf("%s: %d octets are too many for a file of tests", path, len(b))
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	t := &ruleTests{}
	if err := d.Decode(t); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(t.Tests) == 0 {
		return nil, fmt.Errorf("%s: no tests: write some under tests:", path)
	}
	return t, nil
}

// runRuleTests runs a file's tests and prints a line for each.
func runRuleTests(w io.Writer, path, config string, verbose bool) (failed, n int, err error) {
	t, err := readRuleTests(path)
	if err != nil {
		return 0, 0, err
	}
	dir, err := os.MkdirTemp("", "weir-test-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	args := []string{"replay", "-q", "-k", "none"}
	if config != "" {
		args = append(args, "-c", config)
	}
	if len(t.Rules) > 0 {
		own := filepath.Join(dir, "inline.rules")
		if err := os.WriteFile(own, []byte(strings.Join(t.Rules, "\n")+"\n"), 0o600); err != nil {
			return 0, 0, err
		}
		args = append(args, "-S", own)
	}
	for _, f := range t.Files {
		args = append(args, "-S", beside(path, f))
	}
	for _, s := range t.Set {
		args = append(args, "--set", s)
	}
	for i := range t.Tests {
		x := &t.Tests[i]
		name := x.Name
		if name == "" {
			name = "test " + strconv.Itoa(i+1)
		}
		wrong, err := x.run(path, filepath.Join(dir, strconv.Itoa(i)), args, verbose)
		if err != nil {
			return failed, i, fmt.Errorf("%s: %s: %w", path, name, err)
		}
		if len(wrong) == 0 {
			fmt.Fprintf(w, "ok    %s\n", name)
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL  %s\n", name)
		for _, s := range wrong {
			fmt.Fprintf(w, "      %s\n", s)
		}
	}
	return failed, len(t.Tests), nil
}

// beside is a path as it stands in a file of tests: relative to that file.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// run replays one test and says what is not as it should be.
func (x *ruleTest) run(file, out string, args []string, verbose bool) (wrong []string, err error) {
	if err := os.MkdirAll(out, 0o700); err != nil {
		return nil, err
	}
	capture := filepath.Join(out, "traffic.pcap")
	switch {
	case x.Capture != "" && len(x.Traffic) > 0:
		return nil, errors.New("traffic and capture: choose one")
	case x.Capture != "":
		capture = beside(file, x.Capture)
	default:
		if err := x.build(capture); err != nil {
			return nil, err
		}
	}
	args = append(slices.Clone(args), "-r", capture, "-l", out)
	if x.Inline {
		args = append(args, "--simulate-ips")
	}
	for _, s := range x.Set {
		args = append(args, "--set", s)
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	said, err := exec.Command(exe, args...).CombinedOutput()
	if verbose {
		os.Stderr.Write(said)
	}
	if err != nil {
		return nil, fmt.Errorf("replay: %w\n%s", err, said)
	}
	for line := range strings.Lines(string(said)) {
		if !strings.HasPrefix(line, "warning:") && strings.Contains(line, ".rules:") {
			wrong = append(wrong, strings.TrimSpace(line))
		}
	}
	alerts, blocked, err := alertsOf(filepath.Join(out, "eve.json"))
	if err != nil {
		return nil, err
	}
	return append(wrong, x.compare(alerts, blocked)...), nil
}

// compare holds what was alerted against what is expected.
func (x *ruleTest) compare(alerts, blocked map[uint32]int) (wrong []string) {
	sids := map[uint32]bool{}
	for s := range alerts {
		sids[s] = true
	}
	for s := range x.Alerts {
		sids[s] = true
	}
	var order []uint32
	for s := range sids {
		order = append(order, s)
	}
	slices.Sort(order)
	for _, s := range order {
		want, named := x.Alerts[s]
		if !named {
			wrong = append(wrong, fmt.Sprintf("sid %d alerts %d times and is not expected to", s, alerts[s]))
			continue
		}
		least, more := strings.CutSuffix(want, "+")
		n, err := strconv.Atoi(least)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("sid %d: %q is no number of alerts: write 2, or 2+ for at least 2", s, want))
		case more && alerts[s] < n || !more && alerts[s] != n:
			wrong = append(wrong, fmt.Sprintf("sid %d alerts %d times, want %s (weir replay --explain %d says why)", s, alerts[s], want, s))
		}
	}
	for _, s := range x.Blocked {
		if blocked[s] == 0 {
			wrong = append(wrong, fmt.Sprintf("sid %d blocks nothing", s))
		}
	}
	for s := range blocked {
		if x.Blocked != nil && !slices.Contains(x.Blocked, s) {
			wrong = append(wrong, fmt.Sprintf("sid %d blocks and is not expected to", s))
		}
	}
	return wrong
}

// alertsOf counts the alerts of an eve.json by sid, and those that blocked.
func alertsOf(path string) (alerts, blocked map[uint32]int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	alerts, blocked = map[uint32]int{}, map[uint32]int{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var e struct {
			Type  string `json:"event_type"`
			Alert struct {
				SID    uint32 `json:"signature_id"`
				Action string `json:"action"`
			} `json:"alert"`
		}
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil || e.Type != "alert" {
			continue
		}
		alerts[e.Alert.SID]++
		if e.Alert.Action == "blocked" {
			blocked[e.Alert.SID]++
		}
	}
	return alerts, blocked, sc.Err()
}

// build writes a test's traffic as a capture.
func (x *ruleTest) build(path string) error {
	c := packetbuild.NewCapture()
	for i := range x.Traffic {
		if err := x.Traffic[i].add(c); err != nil {
			return fmt.Errorf("traffic %d: %w", i+1, err)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.WritePcap(f)
}

// ends reads "10.0.0.1:40000 -> 192.0.2.1:80".
func ends(s string) (client, server string, err error) {
	a, b, ok := strings.Cut(s, "->")
	client, server = strings.TrimSpace(a), strings.TrimSpace(b)
	p, err1 := netip.ParseAddrPort(client)
	q, err2 := netip.ParseAddrPort(server)
	if !ok || err1 != nil || err2 != nil || p.Addr().Is4() != q.Addr().Is4() {
		return "", "", fmt.Errorf("%q: want a client and a server: 10.0.0.1:40000 -> 192.0.2.1:80", s)
	}
	return client, server, nil
}

func (e *exchange) add(c *packetbuild.Capture) error {
	switch {
	case (e.TCP == "") == (e.UDP == ""):
		return errors.New("want tcp or udp")
	case e.Cut < 0:
		return fmt.Errorf("cut: %d octets", e.Cut)
	}
	client, server, err := ends(e.TCP + e.UDP)
	if err != nil {
		return err
	}
	var tcp *packetbuild.TCP
	var udp *packetbuild.UDP
	if e.TCP != "" {
		tcp = c.TCP(client, server)
		if e.Cut > 0 {
			tcp.MSS = e.Cut
		}
		if !e.NoHandshake {
			tcp.Handshake()
		}
	} else {
		udp = c.UDP(client, server)
	}
	for _, m := range e.Send {
		for who, text := range m {
			from := packetbuild.Client
			switch who {
			case "client":
			case "server":
				from = packetbuild.Server
			default:
				return fmt.Errorf("send: %q, want client or server", who)
			}
			data, err := octets(text)
			switch {
			case err != nil:
				return err
			case tcp != nil:
				tcp.Send(from, data)
			case len(data) > 65000:
				return fmt.Errorf("a datagram of %d octets", len(data))
			default:
				udp.Send(from, data)
			}
		}
	}
	if tcp != nil && !e.Open {
		tcp.Close()
	}
	return nil
}

// octets are a message: text, or hex: with digits.
func octets(s string) ([]byte, error) {
	digits, ok := strings.CutPrefix(s, "hex:")
	if !ok {
		return []byte(s), nil
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		return nil, fmt.Errorf("hex: %w", err)
	}
	return b, nil
}
