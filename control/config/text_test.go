package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, text string, o Options) (*Config, []Warning) {
	t.Helper()
	c, w, err := Parse("t.yaml", []byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return c, w
}

func TestSetsReachEverything(t *testing.T) {
	const text = `%YAML 1.1
---
vars: {address-groups: {HOME_NET: "[10.0.0.0/8]"}}
outputs:
  - fast: {enabled: no}
  - eve-log:
      enabled: yes
      types:
        - alert: {packet: no}
        - frame
        - anomaly: {types: }
`
	for _, row := range []struct{ set, path, want string }{
		{"outputs.1.eve-log.types.2.anomaly.types.stream=yes", "outputs.1.eve-log.types.2.anomaly.types.stream", "yes"},
		{"outputs.1.eve-log.types.1.frame.enabled=yes", "outputs.1.eve-log.types.frame.enabled", "yes"},
		{"outputs.eve-log.types.alert.packet=yes", "outputs.1.eve-log.types.0.alert.packet", "yes"},
		{"outputs.eve-log.types.frame.enabled=no", "outputs.1.eve-log.types.1.frame.enabled", "no"},
		{"outputs.1.eve-log.types.3.dns.version=2", "outputs.1.eve-log.types.dns.version", "2"},
		{"reputation-files.0=a.list", "reputation-files.0", "a.list"},
		{"vars.address-groups.HOME_NET=[192.168.0.0/16]", "vars.address-groups.HOME_NET", "[192.168.0.0/16]"},
		{"vars.address-groups.MY_NET=any", "vars.address-groups.MY_NET", "any"},
		{"stream.reassembly.depth = 8kb", "stream.reassembly.depth", "8kb"},
		{"stream.checksum_validation=no", "stream.checksum-validation", "no"},
		{"app-layer.protocols.tls.ja4-fingerprints=no", "app-layer.protocols.tls.ja4-fingerprints", "no"},
	} {
		c, warnings := parse(t, text, Options{Sets: []string{row.set}})
		if got, _ := c.String(row.path, ""); got != row.want {
			t.Errorf("--set %s: %s = %q", row.set, row.path, got)
		}
		for _, w := range warnings {
			t.Errorf("--set %s: %s", row.set, w)
		}
	}
}

func TestSetKeepsTheNameOfABareElement(t *testing.T) {
	c, _ := parse(t, "outputs: [{eve-log: {types: [dns]}}]", Options{Sets: []string{"outputs.0.eve-log.types.0.dns.version=2"}})
	if e := c.Node("outputs.0.eve-log.types.0"); e.Name() != "dns" || e.Options().Child("version").Value != "2" {
		t.Errorf("the element became %q", c.Dump())
	}
}

func TestEnv(t *testing.T) {
	for _, row := range []struct{ env, path, want string }{
		{"WEIR_STREAM_REASSEMBLY_MEMCAP=1gb", "stream.reassembly.memcap", "1gb"},
		{"WEIR_APP_LAYER_PROTOCOLS_HTTP_ENABLED=no", "app-layer.protocols.http.enabled", "no"},
		{"WEIR_APP_LAYER_PROTOCOLS_BITTORRENT_DHT_ENABLED=no", "app-layer.protocols.bittorrent-dht.enabled", "no"},
		{"WEIR_VARS_ADDRESS_GROUPS_HOME_NET=any", "vars.address-groups.HOME_NET", "any"},
		{"WEIR_VARS_ADDRESS_GROUPS_MY_NET=any", "vars.address-groups.MY_NET", "any"},
		{"WEIR_OUTPUTS_0_EVE_LOG_ENABLED=no", "outputs.0.eve-log.enabled", "no"},
		{"WEIR_STARTUP=drop", "startup", "drop"},
		{"WEIR_METRICS_LISTEN=127.0.0.1:1", "metrics.listen", "127.0.0.1:1"},
	} {
		c, warnings := parse(t, "outputs: [{eve-log: {enabled: yes}}]\nvars: {address-groups: {HOME_NET: x}}", Options{Env: []string{"PATH=/bin", row.env}})
		if got, _ := c.String(row.path, ""); got != row.want || len(warnings) > 0 {
			t.Errorf("%s: %s = %q, %v", row.env, row.path, got, warnings)
		}
	}
	_, warnings := parse(t, "", Options{Env: []string{"WEIR_NO_SUCH_THING=1"}})
	if len(warnings) != 1 || !strings.Contains(warnings[0].String(), "WEIR_NO_SUCH_THING") {
		t.Errorf("an unknown variable: %v", warnings)
	}
}

func TestSetGoesBeforeEnvBeforeFile(t *testing.T) {
	c, _ := parse(t, "startup: pass", Options{Env: []string{"WEIR_STARTUP=drop", "WEIR_DEFAULT_LOG_DIR=/e"}, Sets: []string{"default-log-dir=/s"}})
	if a, _ := c.String("startup", ""); a != "drop" {
		t.Error("the environment did not replace the file:", a)
	}
	if b, _ := c.String("default-log-dir", ""); b != "/s" {
		t.Error("--set did not replace the environment:", b)
	}
}

func TestMistakesAreOneClearLine(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"size", "stream:\n  memcap: 64xb\n", `t.yaml:2:11: stream.memcap: "64xb" is not allowed here; write a number of octets, with kb, mb, gb, KiB, MiB or GiB after it where it is large`},
		{"bool", "stream: {midstream: maybe}", `t.yaml:1:21: stream.midstream: "maybe" is not allowed here; write yes or no`},
		{"range", "packet-alert-max: 0", `t.yaml:1:19: packet-alert-max: "0" is not allowed here; write a whole number from 1 to 65535`},
		{"enum", "startup: open", `t.yaml:1:10: startup: "open" is not allowed here; write one of pass, drop`},
		{"alternatives", "app-layer: {protocols: {imap: {enabled: perhaps}}}", `t.yaml:1:41: app-layer.protocols.imap.enabled: "perhaps" is not allowed here; write yes or no, or one of detection-only`},
		{"policy", "exception-policy: explode", `t.yaml:1:19: exception-policy: "explode" is not allowed here; write one of ignore, auto, pass-packet, pass-flow, bypass, drop-packet, drop-flow, reject, reject-both`},
		{"value for list", "outputs: fast", `t.yaml:1:10: outputs: "fast" is a value, and this is a list; put each element on a line of its own after a dash`},
		{"section for list", "outputs:\n  eve-log: {enabled: yes}", `t.yaml:2:3: outputs: this is a section, and a list is needed; put a dash before each element`},
		{"list for section", "stream:\n - memcap: 1mb", `t.yaml:2:2: stream: this is a list, and a section is needed; remove the dashes`},
		{"list for value", "stream: {memcap: [1mb]}", `t.yaml:1:18: stream.memcap: this is a list, and one value is needed; remove the dashes or the brackets`},
		{"broken", "a: 1\nb:\n  c: d: e\n", `t.yaml:3: broken YAML: mapping values are not allowed in this context; look at this line and the one before for indentation, tabs, quotes and colons`},
		{"not a mapping", "- a", `t.yaml:1:1: the file is not made of keys and values; write one "key: value" a line`},
		{"include", "include: no-such-file.yaml", `t.yaml:1:10: include: there is no file no-such-file.yaml; check the path, or run without -c for the built-in profile`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := Parse("t.yaml", []byte(row.text), Options{})
			if err == nil || err.Error() != row.want {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

func TestSetMistakes(t *testing.T) {
	for _, row := range []struct{ set, want string }{
		{"stream.memcap", "--set stream.memcap: there is no key or no equals sign; write --set section.key=value"},
		{"stream.memcap=x", `--set stream.memcap=x: stream.memcap: "x" is not allowed here; write a number`},
		{"outputs.7.fast.enabled=yes", "--set outputs.7.fast.enabled=yes: outputs.7: the list has 1 elements, there is no element 7"},
		{"outputs.nix.enabled=yes", `--set outputs.nix.enabled=yes: outputs.nix: the list has no element called "nix"`},
		{"a..b=1", "--set a..b=1: a..b: an empty name stands between two dots"},
	} {
		_, _, err := Parse("t.yaml", []byte("outputs: [fast]"), Options{Sets: []string{row.set}})
		if err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("--set %s: %v", row.set, err)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, _, err := Parse("t.yaml", []byte("stream: {memcap: x, midstream: y}\nstartup: z"), Options{})
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 3 {
		t.Errorf("%d lines: %v", n, err)
	}
}

func TestWarnings(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"unknown", "straem: {}", "t.yaml:1:1: straem: unknown key; did you mean stream?"},
		{"unknown below", "stream:\n  mem-cap: 1", "t.yaml:2:3: stream.mem-cap: unknown key; did you mean memcap?"},
		{"elsewhere", "stream: {urgent: 1, oob-limit-policy: drop}", "t.yaml:1:21: stream.oob-limit-policy: unknown key; did you mean stream.reassembly.urgent.oob-limit-policy?"},
		{"type", "outputs: [{eve-log: {types: [alert, dnns]}}]", `t.yaml:1:37: outputs.0.eve-log.types.1: unknown name "dnns"; did you mean dns?`},
		{"ignored", "af-packet: [{interface: eth0}]", "t.yaml:1:1: af-packet: has no effect in weir"},
		{"underscore", "rule_files: [a]", "t.yaml:1:1: rule_files: write it as rule-files"},
		{"twice", "startup: pass\nstartup: drop", "t.yaml:2:1: startup: stands here a second time and replaces t.yaml:1:1"},
		{"section", "firewall: true", `t.yaml:1:11: firewall: "true" has no effect, this is a section; put its keys below it, indented`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, warnings := parse(t, row.text, Options{})
			for _, w := range warnings {
				if w.String() == row.want {
					return
				}
			}
			t.Errorf("got %v\nwant %s", warnings, row.want)
		})
	}
}

func TestIncludes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	main := write("main.yaml", "%YAML 1.1\n---\nvars:\n  include: sub/vars.yaml\ninclude: [a.yaml, sub/b.yaml]\nflow: !include flow.yaml\nstartup: drop\n")
	write("sub/vars.yaml", "%YAML 1.1\n---\naddress-groups:\n  HOME_NET: any\n")
	write("a.yaml", "startup: pass\nlatency-budget: 1ms\n")
	write("sub/b.yaml", "include: c.yaml\n")
	write("sub/c.yaml", "default-log-dir: /c\n")
	write("flow.yaml", "memcap: 5mb\n")
	c, _, err := Load(Options{File: main})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"vars.address-groups.HOME_NET": "any", "startup": "drop", "latency-budget": "1ms", "default-log-dir": "/c", "flow.memcap": "5mb"} {
		if got, _ := c.String(path, ""); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if n := c.Node("default-log-dir"); !strings.HasSuffix(n.Pos.String(), "c.yaml:1:18") {
		t.Error("a value from an included file is placed at", n.Pos)
	}
	loop := write("loop.yaml", "include: loop.yaml\n")
	if _, _, err := Load(Options{File: loop}); err == nil || !strings.Contains(err.Error(), "includes itself") {
		t.Error("a file that includes itself:", err)
	}
	for i := range 30 {
		write(fmt.Sprintf("deep%d.yaml", i), fmt.Sprintf("include: deep%d.yaml\n", i+1))
	}
	if _, _, err := Load(Options{File: filepath.Join(dir, "deep0.yaml")}); err == nil || !strings.Contains(err.Error(), "nested deeper than 16 files") {
		t.Error("includes without end:", err)
	}
}

func TestAliasBombIsBounded(t *testing.T) {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		text += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	start := time.Now()
	if _, _, err := Parse("t.yaml", []byte(text), Options{}); err == nil || !strings.Contains(err.Error(), "more than 500000 values") {
		t.Error(err)
	}
	t.Log(time.Since(start))
}

func TestDump(t *testing.T) {
	c, _ := parse(t, "outputs:\n  - fast: {enabled: yes}\n  - eve-log:\n      types: [alert]\nvars:\n", Options{})
	const want = `outputs = (null)
outputs.0 = fast
outputs.0.fast = (null)
outputs.0.fast.enabled = yes
outputs.1 = eve-log
outputs.1.eve-log = (null)
outputs.1.eve-log.types = (null)
outputs.1.eve-log.types.0 = alert
vars = (null)
`
	if got := c.Dump(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestViperSeesTheTree(t *testing.T) {
	c, _ := parse(t, "vars: {address-groups: {HOME_NET: any}}\nstats: {enabled: yes, interval: 8}", Options{Sets: []string{"stats.interval=9"}})
	v := c.Viper()
	if !v.GetBool("stats.enabled") || v.GetInt("stats.interval") != 9 || v.GetString("vars.address-groups.home_net") != "any" {
		t.Error(v.AllSettings())
	}
}
