package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/control/policy"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/dataset"
	"github.com/weir-ips/weir/match/input"
)

// ringSize of the worker's event ring: the pump drains it all the time.
const ringSize = 4 << 20

// run is one replay.
type run struct {
	o        Options
	cfg      *config.Config
	sections *config.Sections
	names    *wiring.Names
	rules    *policy.Set
	refs     map[string]config.Reference
	file     *port.CaptureFile
	region   *event.Region
	pump     *output.Pump
	store    *output.FileStore
	certs    *output.CertStore
	worker   *worker.Worker
	more     []more
	steer    *port.Steer
	sets     *dataset.Sets
	counters *counter.Local
	set      *counter.Set
	source   port.Source
	pool     *dpdk.Pool
	sum      Summary
	hits     map[uint32]*Hit
	close    []func()
	started  time.Time
	loaded   time.Time // when the rules were
	meters   *match.MeterPage
	explain  *explainer
}

// amend, where a test sets it, changes what the workers are made of.
var amend func(*worker.Config)

// Run replays a capture and returns what was seen. Errors name the thing and
// the remedy.
func Run(o Options) (*Summary, error) {
	if o.Workers < 0 || o.Workers > maxWorkers {
		return nil, fmt.Errorf("--workers %d: want 1 to %d", o.Workers, maxWorkers)
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	r := &run{o: o, hits: map[uint32]*Hit{}}
	defer func() {
		for i := len(r.close) - 1; i >= 0; i-- {
			r.close[i]()
		}
	}()
	// The worker shares its process with control here: collections are wanted,
	// but not while a short run could end before the first.
	debug.SetGCPercent(400)
	steps := []func() error{r.loadConfig, r.openCapture, r.loadRules, r.openOutputs, r.openPorts, r.makeWorker, r.play}
	if o.CheckOnly {
		steps = []func() error{r.loadConfig, r.loadRules}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &r.sum, nil
}

func (r *run) loadConfig() error {
	c, warn, err := config.Load(config.Options{File: r.o.Config, Defaults: r.o.Config == "", Env: os.Environ(), Sets: r.o.Sets, Includes: r.o.Includes})
	if err != nil {
		return err
	}
	r.warn(warn)
	r.cfg = c
	if r.sections, warn, err = c.Sections(); err != nil {
		return err
	}
	r.warn(warn)
	refs, warn, err := c.References()
	if err != nil {
		return err
	}
	r.warn(warn)
	r.refs, r.names = refs, wiring.NewNames()
	return nil
}

func (r *run) warn(ws []config.Warning) {
	for _, w := range ws {
		if !w.Verbose() || r.o.Verbose {
			fmt.Fprintln(r.o.Stderr, "warning:", w)
		}
	}
}

func (r *run) openCapture() error {
	path, err := r.gather()
	if err != nil {
		return err
	}
	if r.o.Filter != "" {
		if path, err = r.filtered(path); err != nil {
			return err
		}
	}
	f, err := port.OpenCapture(path)
	if err != nil {
		return err
	}
	r.file = f
	r.close = append(r.close, func() { f.Close() })
	if f.Info.Broken != nil {
		r.sum.Truncated = f.Info.Broken.Error()
		fmt.Fprintf(r.o.Stderr, "warning: capture %s: %v; the packets before are replayed\n", r.o.Capture, f.Info.Broken)
	}
	return nil
}

func (r *run) loadRules() error {
	if r.o.NoDetection {
		return nil
	}
	files, err := config.ExpandFiles("-S", "", r.o.Rules)
	if err != nil {
		return err
	}
	if len(files) == 0 && r.o.Config != "" {
		if files, err = r.sections.Files.ResolveRuleFiles(); err != nil {
			fmt.Fprintln(r.o.Stderr, "warning:", err)
		}
	}
	more, err := config.ExpandFiles("-s", "", r.o.MoreRules)
	if err != nil {
		return err
	}
	files = append(files[:len(files):len(files)], more...)
	if r.o.FirewallMode {
		r.sections.Firewall.Enabled = true
	}
	q := policy.Request{Config: r.cfg, Sections: r.sections, Files: files, DataDir: r.o.DataDir}
	if r.o.Firewall != "" {
		q.Firewall = []string{r.o.Firewall}
		r.sections.Firewall.Enabled = true
	}
	set, err := policy.Load(q)
	if err != nil {
		return err
	}
	r.warn(set.Warnings)
	for _, m := range set.Messages() {
		fmt.Fprintln(r.o.Stderr, m)
	}
	if err := r.makeLogDir(); err != nil {
		return err
	}
	if err := r.refused(set); err != nil {
		return err
	}
	if n := set.Refused(); n > 0 && (r.o.AllRules || r.o.CheckOnly) {
		return fmt.Errorf("%d rules do not load: mend or remove them", n)
	}
	r.rules, r.loaded = set, time.Now()
	r.sum.Rules, r.sum.RulesLeft = set.Loaded(), set.Refused()
	for i := range set.Meta.Rules {
		if m := &set.Meta.Rules[i]; (m.Action == "drop" || m.Action == "reject") && m.Mode == "" {
			r.sum.Dropping++
		}
	}
	match.SetGeneration(set.Bundle, 1)
	r.names.Add(1, wiring.NewRuleTable(r.refs, set.Meta))
	return nil
}

func (r *run) makeLogDir() error {
	if r.o.LogDir == "" {
		r.o.LogDir = "."
	}
	if err := os.MkdirAll(r.o.LogDir, 0o755); err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	return nil
}

func (r *run) openOutputs() error {
	if err := r.makeLogDir(); err != nil {
		return err
	}
	r.set = wiring.Counters()
	var err error
	if r.region, err = event.CreateRegion(event.Layout{Workers: r.workers(), RingSize: ringSize, CounterWords: r.set.Len()}, os.Getpid(), 0); err != nil {
		return err
	}
	r.close = append(r.close, func() { r.region.Close() })
	var readers []*event.Reader
	for i := range r.workers() {
		reader, err := r.region.Reader(i)
		if err != nil {
			return err
		}
		readers = append(readers, reader)
	}
	opts := wiring.Outputs(r.sections, r.o.LogDir)
	for i, o := range opts {
		if _, set := o.Types[event.KindLog.String()]; !set && o.Types != nil {
			o.Types[event.KindLog.String()] = true // a parser that panicked is told of
		}
		if o.NameCapture {
			opts[i].Encode.PcapFile = r.o.Capture
		}
		r.sum.EvePaths = append(r.sum.EvePaths, filepath.Join(r.o.LogDir, o.Filename))
	}
	report := func(name, msg string) { fmt.Fprintf(r.o.Stderr, "output %s: %s\n", name, msg) }
	if r.store, err = wiring.FileStore(r.sections, r.o.LogDir, r.names, report); err != nil {
		return err
	}
	if r.store != nil {
		r.close = append(r.close, r.store.Close)
	}
	if r.certs, err = wiring.CertStore(r.sections, r.o.LogDir, report); err != nil {
		return err
	}
	r.pump, err = output.NewPump(readers, r.names, opts, r.observe, report)
	return err
}

// observe counts alerts by rule for the summary.
func (r *run) observe(rec *event.Record) {
	if r.store != nil {
		r.store.Observe(rec)
	}
	if r.certs != nil {
		r.certs.Observe(rec)
	}
	if rec.Head.Kind != event.KindAlert {
		return
	}
	r.sum.Alerts++
	h := r.hits[rec.Head.RuleIndex]
	if h == nil {
		rule := r.names.Rule(rec.Head.Generation, rec.Head.RuleIndex)
		if rule == nil {
			return
		}
		h = &Hit{SID: rule.SID, Msg: rule.Msg}
		r.hits[rec.Head.RuleIndex] = h
	}
	h.Count++
	if rec.Head.Verdict&event.ActionDrop != 0 {
		h.Blocked++
	}
}

const (
	rxName = "net_pcap0"
	txName = "net_pcap1"
)

// openPorts starts the EAL with the capture as a port, and, where the forwarded
// packets are to be kept, a second port that writes them.
func (r *run) openPorts() error {
	vdevs := []string{}
	mapped := r.o.Mapped || r.file.Info.Packets == 0
	if !mapped {
		vdevs = append(vdevs, r.file.Vdev(rxName))
	}
	if r.o.WritePcap != "" {
		vdevs = append(vdevs, txName+",tx_pcap="+r.o.WritePcap)
	}
	if err := dpdk.InitEAL(dpdk.VdevConfig(vdevs...)); err != nil {
		return err
	}
	r.close = append(r.close, func() { dpdk.CleanupEAL() })
	n := 4095
	if r.file.DataRoom() > 16<<10 {
		n = 1023
	}
	pool, err := dpdk.NewPool("replay", n, 256, r.file.DataRoom(), dpdk.AnySocket)
	if err != nil {
		return err
	}
	r.pool = pool
	r.close = append(r.close, func() { pool.Close() })
	if !mapped {
		c, err := port.NewCapture(r.file, rxName, pool)
		if err == nil {
			r.source = c
			r.close = append(r.close, func() { c.Close() })
		} else if !errors.Is(err, port.ErrNeedsMapped) {
			return err
		}
	}
	if r.source == nil {
		if r.source, err = port.NewMapped(r.file, pool, 0); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) makeWorker() error {
	role := wiring.Role{Workers: 1, Inline: r.o.SimulateIPS, Replay: true,
		NoChecksums: r.o.Checksums == "none" || r.sections.PcapFile.ChecksumChecks == config.No}
	c, err := wiring.Worker(r.sections, role)
	if err != nil {
		return err
	}
	if c.State, err = wiring.State(r.sections, role); err != nil {
		return err
	}
	if r.o.Burst > 0 {
		c.Burst = r.o.Burst
	}
	in := worker.Port{Rx: r.source, Peer: 1, Mode: port.IDS, Link: input.LinkType(r.file.Info.LinkType)}
	out := worker.Port{Tx: port.Discard{}, Peer: 0, Inside: true}
	if r.o.SimulateIPS {
		in.Mode = port.Inline
	}
	if r.o.WritePcap != "" {
		if out.Tx, err = pcapSink(r.pool); err != nil {
			return err
		}
		if in.Mode == port.IDS {
			in.Mode = port.Tap
		}
	}
	c.Ports = []worker.Port{in, out}
	if r.sets, err = worker.SharedSets(); err != nil {
		return err
	}
	c.Sets = r.sets
	if c.Ring, err = r.region.Ring(0); err != nil {
		return err
	}
	r.counters = counter.NewLocal(r.set, nil)
	c.Counters, c.Set = r.counters, r.set
	if r.o.MeterEvery > 0 {
		c.MeterClock = clock.TSC
	}
	c.Wait = func() { time.Sleep(50 * time.Microsecond) }
	if err := r.makeRings(&c); err != nil {
		return err
	}
	if amend != nil {
		amend(&c)
	}
	if r.worker, err = worker.New(c); err != nil {
		return err
	}
	if err := r.makeMore(c, role); err != nil {
		return err
	}
	if r.rules == nil || r.rules.Loaded() == 0 && !r.sections.Firewall.Enabled {
		return nil
	}
	b, err := match.Open(r.rules.Bundle, wiring.Fingerprint())
	if err != nil {
		return err
	}
	r.close = append(r.close, b.Close, func() {
		if err := wiring.SaveSets(b, r.sets); err != nil {
			fmt.Fprintln(r.o.Stderr, "warning:", err)
		}
	})
	sc, err := b.NewScratch()
	if err != nil {
		return err
	}
	lib, err := wiring.RuleMagic(b.NeedsMagic)
	if err != nil {
		return err
	}
	scripts, err := b.NewScripts()
	if err != nil {
		return err
	}
	pol := &worker.Policy{Bundle: b, Scratch: sc, Magic: lib, Scripts: scripts}
	if n := len(b.Rules); r.o.MeterEvery > 0 {
		mem, err := slab.Map(match.MeterSize(1, n))
		if err != nil {
			return fmt.Errorf("meters of %d rules: %w", n, err)
		}
		if r.meters, err = match.NewMeterPage(mem, 1, n, r.o.MeterEvery); err != nil {
			return err
		}
		pol.Meters = r.meters
	}
	if r.o.Explain != 0 {
		if r.explain, err = newExplainer(r.o.Explanation, r.o.Explain, b); err != nil {
			return err
		}
		r.worker.Engine().SetExplain(r.explain.wanted, r.explain.explained)
	}
	r.worker.Publish(pol)
	return r.publishMore(pol)
}

// pcapSink opens the port that writes forwarded packets.
func pcapSink(pool *dpdk.Pool) (port.Sink, error) {
	id, err := dpdk.PortByName(txName)
	if err != nil {
		return nil, err
	}
	if _, err := id.Configure(dpdk.PortConfig{TxQueues: 1, Pools: []*dpdk.Pool{pool}}); err != nil {
		return nil, err
	}
	if err := id.Start(); err != nil {
		return nil, err
	}
	return dpdk.NewQueue(id, 0), nil
}

// play runs the worker to the end of the capture, with the outputs beside it.
func (r *run) play() error {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			if r.pump.Poll(4096) > 0 {
				continue
			}
			select {
			case <-stop:
				r.pump.Drain()
				return
			case <-time.After(200 * time.Microsecond):
			}
		}
	}()
	r.started = time.Now()
	next := r.started.Add(time.Second)
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if dpdk.RegisterThread() == nil {
			defer dpdk.UnregisterThread()
		}
		for polls := 0; !r.source.Done(); polls++ {
			r.sum.Packets += uint64(r.worker.Poll(0))
			r.pollMore()
			if r.o.Progress != nil && polls%1024 == 0 && time.Now().After(next) {
				next = time.Now().Add(time.Second)
				r.progress()
			}
		}
		r.worker.Finish()
		r.finishMore()
	}()
	<-worked
	r.sum.Seconds = time.Since(r.started).Seconds()
	close(stop)
	<-done
	r.finish()
	if n := r.worker.Unbalanced() + r.unbalancedMore(); n != 0 {
		return fmt.Errorf("packet accounting is off by %d: received + originated is not sent + freed + held; please report this", n)
	}
	return nil
}

func (r *run) progress() {
	all := r.file.Info.Packets
	fmt.Fprintf(r.o.Progress, "\r%d of %d packets (%.0f%%), %.0f packets/s ", r.sum.Packets, all,
		100*float64(r.sum.Packets)/float64(max(all, 1)), float64(r.sum.Packets)/time.Since(r.started).Seconds())
}
