package bench

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/control/policy"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
	"golang.org/x/sys/unix"
)

// Options of a benchmark.
type Options struct {
	Spec
	Rules []string
	Runs  int
	// OutDir is where the events go; empty: a folder that is removed again.
	OutDir string
	Stderr io.Writer
}

const ringSize = 4 << 20

// bench is a benchmark under way.
type bench struct {
	o        Options
	sections *config.Sections
	names    *wiring.Names
	dir      string
	first    uint64 // packets of the first copy
	rules    int
	parsed   []*rule.Rule // the rules themselves
}

// Start-up of an engine process: mapping, filling, EAL.
const startTimeout = 2 * time.Minute

// begin checks the options, makes a folder, reads the configuration and compiles
// the rules.
func begin(o Options) (b *bench, clean func(), err error) {
	if err := o.Validate(); err != nil {
		return nil, nil, err
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	b = &bench{o: o}
	if b.dir, err = os.MkdirTemp("", "weir-bench"); err != nil {
		return nil, nil, err
	}
	clean = func() { os.RemoveAll(b.dir) }
	if b.o.OutDir == "" {
		b.o.OutDir = b.dir
	}
	if err := b.prepare(); err != nil {
		clean()
		return nil, nil, err
	}
	return b, clean, nil
}

// Measure compiles the rules and runs the engine so often.
func Measure(o Options) (*Report, error) {
	b, clean, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer clean()
	if err := pin(b.o.CPU); err != nil {
		return nil, err
	}
	rep := &Report{Spec: b.o.Spec, Rules: b.rules, Machine: machine()}
	for i := range max(b.o.Runs, 1) {
		run, err := b.run(b.o.Spec)
		if err != nil {
			return nil, fmt.Errorf("run %d: %w", i+1, err)
		}
		rep.Runs = append(rep.Runs, *run)
		fmt.Fprintf(b.o.Stderr, "run %d of %d: %.0f ns a packet, %.0f of them the worker's\n", i+1, max(b.o.Runs, 1), run.NS(), run.WorkerNS())
	}
	rep.sum()
	return rep, nil
}

// prepare reads the configuration and compiles the rules into a file.
func (b *bench) prepare() error {
	c, _, err := config.Load(config.Options{File: b.o.Config, Defaults: b.o.Config == "", Sets: b.o.Sets})
	if err != nil {
		return err
	}
	if b.sections, _, err = c.Sections(); err != nil {
		return err
	}
	refs, _, err := c.References()
	if err != nil {
		return err
	}
	b.names = wiring.NewNames()
	if b.o.Capture != "" {
		frames, _, _, closer, err := captureFrames(b.o.Capture)
		if err != nil {
			return err
		}
		b.first = uint64(len(frames))
		closer()
	}
	if len(b.o.Rules) == 0 {
		return nil
	}
	set, err := policy.Load(policy.Request{Config: c, Sections: b.sections, Files: b.o.Rules})
	if err != nil {
		return err
	}
	match.SetGeneration(set.Bundle, 1)
	b.names.Add(1, wiring.NewRuleTable(refs, set.Meta))
	b.rules = set.Loaded()
	if set.RuleSet != nil {
		b.parsed = set.Rules
	}
	b.o.Bundle = filepath.Join(b.dir, "rules.bundle")
	return os.WriteFile(b.o.Bundle, set.Bundle, 0o600)
}

// pin confines every thread of this process to a CPU; children inherit it.
func pin(cpu int) error {
	if cpu < 0 {
		return nil
	}
	var set unix.CPUSet
	set.Set(cpu)
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range tasks {
		tid, _ := strconv.Atoi(t.Name())
		if err := unix.SchedSetaffinity(tid, &set); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("bench: CPU %d cannot be used: %w: choose another with --cpu", cpu, err)
		}
	}
	runtime.GOMAXPROCS(1)
	return nil
}

// run starts an engine process and drains its events.
func (b *bench) run(spec Spec) (*Run, error) {
	set := wiring.Counters()
	region, err := event.CreateRegion(event.Layout{Workers: max(spec.Workers, 1), RingSize: ringSize, CounterWords: set.Len()}, os.Getpid(), 0)
	if err != nil {
		return nil, err
	}
	defer region.Close()
	var readers []*event.Reader
	for i := range max(spec.Workers, 1) {
		reader, err := region.Reader(i)
		if err != nil {
			return nil, err
		}
		readers = append(readers, reader)
	}
	seen := newAlerts(b.first)
	outs := wiring.Outputs(b.sections, b.o.OutDir)
	for i := range outs {
		outs[i].Append = false
		os.Remove(filepath.Join(b.o.OutDir, outs[i].Filename))
	}
	pump, err := output.NewPump(readers, b.names, outs, seen.observe, func(name, msg string) {
		fmt.Fprintf(b.o.Stderr, "output %s: %s\n", name, msg)
	})
	if err != nil {
		return nil, err
	}
	defer pump.Close()
	run := &Run{}
	if err := b.child(spec, region, pump, run); err != nil {
		return nil, err
	}
	pump.Drain()
	pump.Flush()
	run.Alerts, run.FirstAlerts, run.First, run.All = seen.n, seen.firsts, seen.hashFirst(), seen.hashAll()
	return run, nil
}

// child runs the engine process and fills in what it says.
func (b *bench) child(spec Spec, region *event.Region, pump *output.Pump, run *Run) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, "bench-engine")
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMEMLIMIT=off")
	cmd.Stderr = b.o.Stderr
	f := os.NewFile(uintptr(dup(region.FD())), "region")
	defer f.Close()
	cmd.ExtraFiles = []*os.File{f}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	guard := time.AfterFunc(startTimeout, func() { cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	err = func() error {
		line, err := json.Marshal(&spec)
		if err != nil {
			return err
		}
		fmt.Fprintf(in, "%s\n", line)
		if got, err := lines.ReadString('\n'); err != nil || got != ready+"\n" {
			return fmt.Errorf("bench: the engine process did not start (%q): its message stands above", got)
		}
		guard.Stop()
		before := now(unix.CLOCK_PROCESS_CPUTIME_ID)
		stop, drained := make(chan struct{}), make(chan struct{})
		go drain(pump, stop, drained)
		fmt.Fprintln(in, goOn)
		got, err := lines.ReadBytes('\n')
		close(stop)
		<-drained
		run.Control = now(unix.CLOCK_PROCESS_CPUTIME_ID) - before
		if err != nil {
			return fmt.Errorf("bench: the engine process ended early: %w", err)
		}
		return json.Unmarshal(got, &run.Result)
	}()
	in.Close()
	return errors.Join(err, cmd.Wait())
}

func dup(fd int) int {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return -1
	}
	return n
}

// drain writes events until the engine is done.
func drain(p *output.Pump, stop, done chan struct{}) {
	defer close(done)
	for {
		if p.Poll(4096) > 0 {
			continue
		}
		select {
		case <-stop:
			p.Drain()
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// alerts remembers what was alerted, for the hashes.
type alerts struct {
	first     uint64
	n, firsts uint64
	rows      []string
	byRule    map[uint32]uint64
}

func newAlerts(first uint64) *alerts { return &alerts{first: first, byRule: map[uint32]uint64{}} }

func (a *alerts) observe(rec *event.Record) {
	h := &rec.Head
	if h.Kind != event.KindAlert {
		return
	}
	a.n++
	a.byRule[h.RuleIndex]++
	if h.PktNum > 0 && h.PktNum <= a.first {
		a.firsts++
		a.rows = append(a.rows, fmt.Sprintf("%08d %d", h.PktNum, h.RuleIndex))
	}
}

// hashFirst is a hash of rule and packet of the alerts in the first copy.
func (a *alerts) hashFirst() string { return hash(a.rows) }

// hashAll is a hash of the number of alerts of each rule.
func (a *alerts) hashAll() string {
	var rows []string
	for k, n := range a.byRule {
		rows = append(rows, fmt.Sprintf("%d %d", k, n))
	}
	return hash(rows)
}

func hash(rows []string) string {
	slices.Sort(rows)
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintln(h, r)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}
