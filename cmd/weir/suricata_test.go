package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestForeignFlags: what Suricata's users type is either understood or refused with
// what does it here.
func TestForeignFlags(t *testing.T) {
	for line, want := range map[string]string{
		"run -i eth0": "dpdk.ports", "run --af-packet=eth0": "dpdk.ports", "run --dpdk": "dpdk.ports", "run -q 0": "dpdk.ports", "run -D": "systemd",
		"run -r x.pcap": "weir replay -r", "run -k none": "checksum-validation", "run --pidfile x": "systemd", "run --unix-socket": "weir status",
		"run -F file": "weir replay -F", "run port 80": "weir replay", "replay -F /none -r x": "filter", "replay -F x -r x port 80": "one filter", "replay --engine-analysis": "weir rules", "replay --pcap-file-continuous": "-r FOLDER",
		"replay -u": "go test",
	} {
		words := strings.Fields(line)
		c := replayCommand()
		if words[0] == "run" {
			c = runCommand()
		}
		c.SetArgs(words[1:])
		c.SilenceErrors, c.SilenceUsage = true, true
		c.SetOut(io.Discard)
		if err := c.Execute(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a word on %s", line, err, want)
		}
	}
}

// TestForeignNames: a flag is refused by one name only, and none stands in the way of
// one that there is.
func TestForeignNames(t *testing.T) {
	for _, c := range []interface{ Name() string }{replayCommand(), runCommand()} {
		_ = c.Name() // pflag panics where a name is taken twice
	}
	seen := map[string]bool{}
	for _, f := range foreign {
		if seen[f.name] || f.instead == "" {
			t.Errorf("%s: twice, or without a word on what to do", f.name)
		}
		seen[f.name] = true
	}
}

func TestRemoveCapture(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.pcap")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := removeCapture(dir); err == nil {
		t.Error("a folder is deleted")
	}
	if err := removeCapture(path); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the capture is there still")
	}
}
