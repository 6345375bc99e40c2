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
	"strings"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
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
	ctr    *counter.Local
	region *event.Region
	source port.Source
	worker *worker.Worker
	hz     uint64
	link   uint32
	lat    latency
	frames uint64 // of the capture
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
	done := make(chan *Result)
	fail := make(chan error, 1)
	start := make(chan struct{})
	go r.work(start, done, fail)
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
		runtime.SetCPUProfileRate(200)
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	close(start)
	select {
	case err := <-fail:
		return err
	case res := <-done:
		if r.spec.Profile != "" {
			if err := writeAllocs(r.spec.Profile + ".allocs"); err != nil {
				return err
			}
		}
		return json.NewEncoder(out).Encode(res)
	}
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
	if err := dpdk.InitEAL(dpdk.VdevConfig()); err != nil {
		return err
	}
	if err := r.openSource(); err != nil {
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
	c, err := wiring.Worker(sections, wiring.Role{Workers: 1, Inline: r.spec.Inline, Replay: true, NoChecksums: true})
	if err != nil {
		return err
	}
	if c.Anomaly == nil && r.spec.Anomaly {
		if c.Anomaly, err = anomaly.NewPolicy(anomaly.DefaultConfig()); err != nil {
			return err
		}
	}
	if r.spec.Burst > 0 {
		c.Burst = r.spec.Burst
	}
	r.hz = clock.Calibrate(20 * time.Millisecond)
	c.Clock, c.Fine = clock.TSC, r.spec.Stages
	rx := worker.Port{Rx: r.source, Peer: 1, Mode: port.IDS, Link: input.LinkType(r.link)}
	if r.spec.Inline {
		rx.Mode = port.Inline
	}
	c.Ports = []worker.Port{rx, {Tx: port.Discard{}, Peer: 0, Inside: true}}
	if c.Ring, err = r.region.Ring(0); err != nil {
		return err
	}
	r.set = wiring.Counters()
	r.ctr = counter.NewLocal(r.set, nil)
	c.Counters, c.Set = r.ctr, r.set
	c.Wait = func() { unix.Nanosleep(&unix.Timespec{Nsec: 50_000}, nil) }
	if r.worker, err = worker.New(c); err != nil {
		return err
	}
	r.worker.Warm()
	return r.loadBundle()
}

// openSource maps the frames and makes the mbufs.
func (r *engineRun) openSource() error {
	const mbufs = 8191
	if r.spec.Capture == "" {
		pool, err := dpdk.NewPool("bench", mbufs, 256, 2176, dpdk.AnySocket)
		if err != nil {
			return err
		}
		r.link = uint32(input.LinkEthernet)
		r.source, err = newFlood(pool, r.spec.Flows, r.spec.Size, r.spec.Packets)
		return err
	}
	frames, times, link, closer, err := captureFrames(r.spec.Capture)
	if err != nil {
		return err
	}
	defer closer()
	r.frames = uint64(len(frames))
	longest := 0
	for _, f := range frames {
		longest = max(longest, len(f))
	}
	pool, err := dpdk.NewPool("bench", mbufs, 256, max(2176, (longest+128)&^63), dpdk.AnySocket)
	if err != nil {
		return err
	}
	r.link = link
	r.source, err = port.NewMem(port.MemConfig{Frames: frames, Times: times, Repeat: r.spec.Repeat, Rewrite: port.ShiftAddrs}, pool, 0)
	return err
}

func (r *engineRun) loadBundle() error {
	if r.spec.Bundle == "" {
		return nil
	}
	f, err := os.Open(r.spec.Bundle)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("bench engine: map bundle: %w", err)
	}
	b, err := match.Open(mem, wiring.Fingerprint())
	if err != nil {
		return err
	}
	sc, err := b.NewScratch()
	if err != nil {
		return err
	}
	r.worker.Publish(&worker.Policy{Bundle: b, Scratch: sc})
	return nil
}

// work plays everything on a thread of its own and measures it.
func (r *engineRun) work(start chan struct{}, done chan *Result, fail chan error) {
	runtime.LockOSThread()
	if err := dpdk.RegisterThread(); err != nil {
		fail <- err
		return
	}
	defer dpdk.UnregisterThread()
	runtime.GC() // what start-up left behind
	<-start
	var before, middle, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res := &Result{Stages: map[string]uint64{}, Latency: map[string]uint64{}, Match: map[string]uint64{}}
	t0, w0, p0 := now(unix.CLOCK_MONOTONIC), now(unix.CLOCK_THREAD_CPUTIME_ID), now(unix.CLOCK_PROCESS_CPUTIME_ID)
	packets := uint64(0)
	last := clock.TSC()
	half := r.half()
	for !r.source.Done() {
		if packets >= half {
			half = ^uint64(0)
			runtime.ReadMemStats(&middle)
		}
		n := r.worker.Poll(0)
		t := clock.TSC()
		r.lat.add(t-last, n)
		last = t
		packets += uint64(n)
	}
	r.worker.Finish()
	res.Wall = now(unix.CLOCK_MONOTONIC) - t0
	res.Worker = now(unix.CLOCK_THREAD_CPUTIME_ID) - w0
	res.Process = now(unix.CLOCK_PROCESS_CPUTIME_ID) - p0
	runtime.ReadMemStats(&after)
	res.Packets, res.Octets = packets, r.ctr.Get(counter.RXBytes)
	res.LateMallocs = after.Mallocs - middle.Mallocs
	res.Mallocs, res.Collections = after.Mallocs-before.Mallocs, uint64(after.NumGC-before.NumGC)
	res.Flows = r.ctr.Get(counter.FlowTotal)
	res.TXFull = r.ctr.Get(counter.TXFull)
	res.Unbalanced = r.worker.Unbalanced()
	for s := range worker.NumStages {
		if n := r.worker.StageTime(s); n > 0 && s != worker.StageIdle && s != worker.StageAway {
			res.Stages[s.String()] = nanos(n, r.hz)
		}
	}
	r.lat.quantiles(res.Latency, r.hz)
	m := r.worker.Engine().Stats
	for k, v := range map[string]uint64{"jobs": m.Jobs, "scanned_octets": m.ScannedOctets, "hits": m.Hits, "candidates": m.Candidates,
		"matches": m.Matches, "state_full": m.StateFull, "steps_exceeded": m.StepsExceeded, "hits_full": m.HitsFull,
		"candidate_overflow": m.CandidateOverflow} {
		res.Match[k] = v
	}
	res.PeakRSS = status("VmHWM:")
	done <- res
}

// half is the number of packets after which mallocs are counted again: by then
// pools have grown to what the traffic needs.
func (r *engineRun) half() uint64 {
	if r.spec.Capture == "" {
		return r.spec.Packets / 2
	}
	return r.frames * r.spec.Repeat / 2
}

// now reads a clock of the kernel, nanoseconds.
func now(clockID int32) uint64 {
	var t unix.Timespec
	unix.ClockGettime(clockID, &t)
	return uint64(t.Nano())
}

// status is a line of /proc/self/status, in octets.
func status(key string) uint64 {
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		var kb uint64
		if rest, ok := strings.CutPrefix(l, key); ok {
			fmt.Sscanf(strings.TrimSpace(rest), "%d kB", &kb)
			return kb << 10
		}
	}
	return 0
}
