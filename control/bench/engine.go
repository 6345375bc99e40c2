package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/dataset"
	"github.com/weir-ips/weir/match/state"
	"golang.org/x/sys/unix"
)

// Descriptors and words between parent and engine process.
const (
	regionFD = 3
	ready    = "ready"
	goOn     = "go"
)

// engineRun is one run in the engine process.
type engineRun struct {
	spec   Spec
	set    *counter.Set
	region *event.Region
	lanes  []*lane
	// With several workers: rings between them, and what they share.
	steer *port.Steer
	state *state.Tables
	sets  *dataset.Sets
	hz    uint64
	link  uint32
	// Of a run through rings: the ports' ends and what makes the frames.
	ringIn, ringOut dpdk.Queue
	gen             port.Source
}

// Engine is the engine process of one run: it reads its Spec and the word to go
// from in, and writes `ready` and then its Result to out.
func Engine(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return fmt.Errorf("bench engine: no spec came: it is started by weir bench")
	}
	r := &engineRun{}
	if err := json.Unmarshal(lines.Bytes(), &r.spec); err != nil {
		return fmt.Errorf("bench engine: spec: %w", err)
	}
	if err := r.setUp(); err != nil {
		return err
	}
	start := make(chan struct{})
	over := make(chan error, len(r.lanes))
	if !r.spec.Ring {
		for _, l := range r.lanes {
			go func() { over <- l.work(r, start) }()
		}
	}
	fmt.Fprintln(out, ready)
	if !lines.Scan() || lines.Text() != goOn {
		return fmt.Errorf("bench engine: was not told to go")
	}
	if r.spec.Profile != "" {
		f, err := os.Create(r.spec.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		runtime.MemProfileRate = 1 // the few allocations that are left are all told
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if r.spec.Ring {
		ring, err := r.ringLatency()
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(&Result{Ring: ring})
	}
	res, err := r.measure(start, over)
	if err != nil {
		return err
	}
	if r.spec.Profile != "" {
		if err := writeAllocs(r.spec.Profile + ".allocs"); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(res)
}

// writeAllocs says who allocated: all of it with GODEBUG=memprofilerate=1.
func writeAllocs(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	runtime.GC() // the profile is that of the last collection
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

func (r *engineRun) setUp() error {
	var err error
	if r.region, err = event.AttachRegion(regionFD); err != nil {
		return err
	}
	eal := dpdk.VdevConfig()
	if r.spec.Ring {
		eal = dpdk.VdevConfig("net_ring0", "net_ring1")
		eal.MemoryMB = 128
	}
	if r.spec.Workers > 1 {
		eal.MemoryMB = 64 * r.spec.Workers
	}
	if err := dpdk.InitEAL(eal); err != nil {
		return err
	}
	open := r.openSources
	if r.spec.Ring {
		open = r.openRings
	}
	if err := open(); err != nil {
		return err
	}
	cfg, _, err := config.Load(config.Options{File: r.spec.Config, Defaults: r.spec.Config == "", Sets: r.spec.Sets})
	if err != nil {
		return err
	}
	sections, _, err := cfg.Sections()
	if err != nil {
		return err
	}
	r.hz = clock.Calibrate(20 * time.Millisecond)
	r.set = wiring.Counters()
	if r.steer != nil {
		if r.state, err = wiring.State(sections, wiring.Role{Replay: true}); err != nil {
			return err
		}
		if r.sets, err = worker.SharedSets(); err != nil {
			return err
		}
	}
	for _, l := range r.lanes {
		if err := r.makeWorker(l, sections); err != nil {
			return err
		}
	}
	return r.loadBundle()
}

func (r *engineRun) loadBundle() error {
	if r.spec.Bundle == "" {
		return nil
	}
	b, err := r.openBundle()
	if err != nil {
		return err
	}
	for _, l := range r.lanes {
		sc, err := b.NewScratch()
		if err != nil {
			return err
		}
		l.worker.Publish(&worker.Policy{Bundle: b, Scratch: sc})
	}
	return nil
}

// openBundle maps the compiled rules.
func (r *engineRun) openBundle() (*match.Bundle, error) {
	f, err := os.Open(r.spec.Bundle)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("bench engine: map bundle: %w", err)
	}
	return match.Open(mem, wiring.Fingerprint())
}

// measure lets the workers go and adds up what they say.
func (r *engineRun) measure(start chan struct{}, over chan error) (*Result, error) {
	runtime.GC() // what start-up left behind
	res := &Result{Stages: map[string]uint64{}, Latency: map[string]uint64{}, Match: map[string]uint64{}}
	errs := make([]error, 0, len(r.lanes)) // nothing is allocated from here on
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	t0, p0 := now(unix.CLOCK_MONOTONIC), now(unix.CLOCK_PROCESS_CPUTIME_ID)
	close(start)
	for range r.lanes {
		errs = append(errs, <-over)
	}
	res.Wall = now(unix.CLOCK_MONOTONIC) - t0
	res.Process = now(unix.CLOCK_PROCESS_CPUTIME_ID) - p0
	runtime.ReadMemStats(&after)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	middle := uint64(0)
	for _, l := range r.lanes {
		l.add(res, r.hz)
		middle = max(middle, l.middle)
	}
	res.LateMallocs = after.Mallocs - middle
	res.Mallocs, res.Collections = after.Mallocs-before.Mallocs, uint64(after.NumGC-before.NumGC)
	r.latency().quantiles(res.Latency, r.hz)
	mem, err := engine.StatusOctets()
	if err != nil {
		return nil, err
	}
	res.PeakRSS = mem["VmHWM"]
	if res.Memory, err = engine.MemoryParts(); err != nil {
		return nil, err
	}
	if res.Source, err = r.lanes[0].sourceAlone(); err != nil {
		return nil, err
	}
	return res, nil
}

// latency is that of all workers.
func (r *engineRun) latency() *latency {
	sum := &latency{}
	for _, l := range r.lanes {
		for i, n := range l.lat.n {
			sum.n[i] += n
		}
		sum.total += l.lat.total
	}
	return sum
}

// now reads a clock of the kernel, nanoseconds.
func now(clockID int32) uint64 {
	var t unix.Timespec
	unix.ClockGettime(clockID, &t)
	return uint64(t.Nano())
}
