package caserun

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of cases anew")

// Run calls the engine with the arguments of `weir replay` (without the word
// itself) and returns when it is done.
type Run func(ctx context.Context, args []string) error

// Binary runs cases through a binary, with the words that come before the
// arguments: Binary("bin/weir", "replay").
func Binary(path string, words ...string) Run {
	return func(ctx context.Context, args []string) error {
		cmd := exec.CommandContext(ctx, path, append(slices.Clone(words), args...)...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w\n%s", cmd, err, said.String())
		}
		return nil
	}
}

// All runs every case below a folder, each mode as a test of its own.
func All(t *testing.T, folder string, run Run, made Captures) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*", "case.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("no cases in %s", folder)
	}
	for _, path := range found {
		c, err := Load(filepath.Dir(path))
		if err != nil {
			t.Error(err)
			continue
		}
		for i, m := range c.Modes {
			t.Run(filepath.Base(c.Dir)+"/"+string(m), func(t *testing.T) {
				// With several modes, the first one's events are the golden ones.
				if err := c.Check(t.Context(), m, run, made, t.TempDir(), *update && i == 0); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Check runs a case in one mode, with out as its folder for output, and compares
// what comes out with want.jsonl, or writes that file.
func (c *Case) Check(ctx context.Context, m Mode, run Run, made Captures, out string, write bool) error {
	args, err := c.CommandLine(m, made, out)
	if err != nil {
		return err
	}
	if err := run(ctx, args); err != nil {
		return err
	}
	got, err := goldenOf(filepath.Join(out, "eve.json"), c)
	if err != nil {
		return err
	}
	path := filepath.Join(c.Dir, "want.jsonl")
	if write {
		return os.WriteFile(path, got, 0o644)
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing: run the test with -update and read what it wrote", path)
	}
	if err != nil {
		return err
	}
	if d := Diff(want, got); d != "" {
		return fmt.Errorf("%s (- wanted, + got):\n%s", path, d)
	}
	return nil
}

// CommandLine is what Run is called with for a case in one mode.
func (c *Case) CommandLine(m Mode, made Captures, out string) ([]string, error) {
	capture, err := c.capture(made, out)
	if err != nil {
		return nil, err
	}
	rules, err := c.rules()
	if err != nil {
		return nil, err
	}
	var args []string
	if config := filepath.Join(c.Dir, "config.yaml"); exists(config) {
		args = append(args, "-c", config)
	}
	if rules != "" {
		args = append(args, "-S", rules)
	} else {
		args = append(args, "--disable-detection")
	}
	args = append(args, "-r", capture, "-l", out)
	if m == Inline {
		args = append(args, "--simulate-ips")
	}
	keys := make([]string, 0, len(c.Set))
	for k := range c.Set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		args = append(args, "--set", k+"="+c.Set[k])
	}
	return append(args, c.Args...), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
