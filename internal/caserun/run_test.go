package caserun

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCases runs this package's cases through the built binary.
func TestCases(t *testing.T) {
	bin, err := filepath.Abs("../../bin/weir")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err != nil {
		t.Skip("bin/weir is not built (make build): skipping the cases that run it")
	}
	All(t, "testdata/cases", Binary(bin, "replay"), OwnCaptures)
}

// engine writes eve.json as a Run that needs no engine.
func engine(eve string, seen *[]string) Run {
	return func(_ context.Context, args []string) error {
		*seen = args
		i := slices.Index(args, "-l")
		return os.WriteFile(filepath.Join(args[i+1], "eve.json"), []byte(eve), 0o644)
	}
}

func writeCase(t *testing.T, files map[string]string) *Case {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const twoEvents = `{"event_type":"stats","uptime":1}
{"timestamp":"now","flow_id":9,"event_type":"alert","pcap_cnt":12,"alert":{"signature_id":5,"action":"allowed","x":1}}
{"timestamp":"now","flow_id":9,"event_type":"alert","pcap_cnt":3,"alert":{"signature_id":18446744073709551615}}
`

func TestGoldenKeepsWantedFieldsInPacketOrder(t *testing.T) {
	got, err := Golden(strings.NewReader(twoEvents), []string{"alert"}, []string{"pcap_cnt", "alert.signature_id", "alert.action", "absent.too"})
	want := `{"alert":{"signature_id":18446744073709551615},"pcap_cnt":3}
{"alert":{"action":"allowed","signature_id":5},"pcap_cnt":12}
`
	if err != nil || string(got) != want {
		t.Errorf("got %s%v", got, err)
	}
	if _, err := Golden(strings.NewReader("{\n"), []string{"alert"}, nil); err == nil {
		t.Error("broken JSON was accepted")
	}
}

func TestCheck(t *testing.T) {
	files := map[string]string{
		"case.yaml":  "modes: [inline]\ncapture: udp-exchange\nargs: [-k, none]\nset: {b.c: \"2\", a: \"1\"}\nfields: [pcap_cnt]\n",
		"test.rules": "", "config.yaml": "",
	}
	c := writeCase(t, files)
	var args []string
	check := func(eve string, write bool) error {
		return c.Check(t.Context(), Inline, engine(eve, &args), OwnCaptures, t.TempDir(), write)
	}
	if err := check(twoEvents, false); err == nil || !strings.Contains(err.Error(), "-update") {
		t.Errorf("a missing golden file: %v", err)
	}
	if err := check(twoEvents, true); err != nil {
		t.Fatal(err)
	}
	if err := check(twoEvents, false); err != nil {
		t.Error(err)
	}
	err := check(strings.Replace(twoEvents, `"pcap_cnt":12`, `"pcap_cnt":13`, 1), false)
	if err == nil || !strings.Contains(err.Error(), `- {"pcap_cnt":12}`) || !strings.Contains(err.Error(), `+ {"pcap_cnt":13}`) {
		t.Errorf("a changed event: %v", err)
	}
	if err := check("", false); err == nil {
		t.Error("no events at all were accepted")
	}
	said := strings.Join(args, " ")
	for _, want := range []string{"-c ", "-S ", "/input.pcap -l ", "--simulate-ips --set a=1 --set b.c=2 -k none"} {
		if !strings.Contains(said, want) {
			t.Errorf("command line %q lacks %q", said, want)
		}
	}
	failing := func(context.Context, []string) error { return errors.New("exit 1") }
	if err := c.Check(t.Context(), IDS, failing, OwnCaptures, t.TempDir(), false); err == nil {
		t.Error("a failing engine was accepted")
	}
}

func TestLoadRefusesMistakes(t *testing.T) {
	for name, text := range map[string]string{"unknown key": "mods: [ids]", "unknown mode": "modes: [ips]", "no YAML": "\t"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "case.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestCasesOfThisPackageAreComplete(t *testing.T) {
	dirs, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(dirs) < 3 {
		t.Fatal(dirs, err)
	}
	for _, d := range dirs {
		c, err := Load(d)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := c.CommandLine(c.Modes[0], OwnCaptures, t.TempDir()); err != nil {
			t.Error(err)
		}
		if !exists(filepath.Join(d, "want.jsonl")) {
			t.Errorf("%s has no want.jsonl", d)
		}
	}
}
