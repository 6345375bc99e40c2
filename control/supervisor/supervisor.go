package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/control/metrics"
	"github.com/weir-ips/weir/control/output"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/eve"
	"golang.org/x/sys/unix"
)

// Options are what a Supervisor is made of.
type Options struct {
	// Load reads the configuration; it is called again for a reload of the rules.
	Load func() (*config.Config, *config.Sections, error)
	// Launcher starts engines.
	Launcher Launcher
	Compile  Compiler
	// Inputs are the files that Compile reads under a configuration.
	Inputs  func(*config.Config, *config.Sections) []string
	Restore Restorer
	// Outputs makes the outputs of the configuration.
	Outputs func(*config.Config, *config.Sections) ([]output.Options, error)
	// FileStore opens the store of transferred files; nil where it is off.
	FileStore func(*config.Sections, eve.Names, output.Report) (*output.FileStore, error)
	// CertStore opens the store of certificates; nil where it is off.
	CertStore func(*config.Sections, output.Report) (*output.CertStore, error)
	// AppProto names protocols in events.
	AppProto func(uint16) string
	Log      *slog.Logger
	Version  string
}

// Supervisor is the control process.
type Supervisor struct {
	o       Options
	cfg     *config.Config
	sec     *config.Sections
	plan    *Plan
	log     *slog.Logger
	started time.Time

	region      *event.Region
	readers     []*event.Reader
	pump        *output.Pump
	statsBefore *eve.Stats // the last that was written
	journal     *journal
	rules       policies
	hits        hits
	store       *output.FileStore
	certs       *output.CertStore
	learned     learned
	budget      resting
	blocks      *blockList

	// mu guards what of the engine changes when it is started again.
	mu      sync.Mutex
	client  *engine.Client
	eng     api.Engine
	outages time.Duration
	proc    *os.Process // of an engine that we started
	gone    chan struct{}

	reloading sync.Mutex
	refused   []string  // by the last load; reloading guards it
	restarted time.Time // the last restart; watch's
	stopping  atomic.Bool
}

// New reads the configuration and plans; nothing is started. All mistakes come
// back at once.
func New(o Options) (*Supervisor, error) {
	cfg, sec, err := o.Load()
	if err != nil {
		return nil, err
	}
	s := &Supervisor{o: o, cfg: cfg, sec: sec, log: o.Log, started: time.Now()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.plan, err = NewPlan(cfg, sec); err != nil {
		return nil, err
	}
	for _, p := range s.plan.Ports.Ports {
		s.rules.interfaces = append(s.rules.interfaces, s.plan.Spec.PortNames[p.Device])
	}
	s.rules.appProto = o.AppProto
	s.learned.file = sec.Anomaly.StateFile
	return s, nil
}

// Plan is what Run will do.
func (s *Supervisor) Plan() *Plan { return s.plan }

// Periods of Run.
const (
	watchEvery = 25 * time.Millisecond
	exitWait   = 5 * time.Second
)

// Run starts or adopts the engine and serves until ctx ends; then it stops both
// processes. It returns an error when it could not start, or not stop clean.
func (s *Supervisor) Run(ctx context.Context) error {
	if err := os.MkdirAll(s.plan.RunDir, 0o700); err != nil {
		return fmt.Errorf("control.run-dir: %w: choose another one with --set control.run-dir=DIR", err)
	}
	lock, err := engine.Lock(s.plan.RunDir + "/control.lock")
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := confine(s.plan.Placement.Control); err != nil {
		s.log.Warn("control is not confined to its CPUs", "error", err)
	}
	s.blocks = openBlocks(s.plan.RunDir)
	stopServers, err := s.serve()
	if err != nil {
		return err
	}
	defer stopServers()
	if err := s.begin(); err != nil {
		return err
	}
	pumped := make(chan struct{})
	pumpCtx, stopPump := context.WithCancel(context.Background())
	go func() { defer close(pumped); s.pump.Run(pumpCtx) }()
	go s.firstRules(ctx)
	go s.watchFiles(ctx)
	go s.watchBudget(ctx)
	s.watch(ctx)

	s.stopping.Store(true)
	s.log.Info("stopping")
	err = s.endEngine()
	stopPump()
	<-pumped
	if s.sec.Stats.Enabled {
		s.writeStats(time.Now())
	}
	s.pump.Close()
	if s.store != nil {
		s.store.Close()
	}
	// The region stays mapped until the process ends: a request may be reading it.
	return err
}

// serve opens the endpoints, before the wire is touched: an address in use is
// the most usual mistake.
func (s *Supervisor) serve() (stop func(), err error) {
	var closers []func() error
	stop = func() {
		for _, c := range closers {
			c()
		}
	}
	if s.sec.Placement.Metrics {
		m, err := metrics.Listen(s.sec.Placement.MetricsListen, s)
		if err != nil {
			return nil, err
		}
		s.log.Info("metrics", "address", "http://"+m.Addr()+"/metrics")
		closers = append(closers, m.Close)
		go m.Serve()
	}
	if s.sec.Placement.API {
		a, err := api.Listen(SocketPath(s.cfg, s.sec), s.sec.Placement.APIFileMode(), s)
		if err != nil {
			stop()
			return nil, err
		}
		closers = append(closers, a.Close)
		go a.Serve()
	}
	return stop, nil
}

// begin adopts a running engine or starts one. Outputs are opened before an
// engine is started; an adopted one goes on when they cannot be opened.
func (s *Supervisor) begin() error {
	adopted, err := s.adopt()
	if err != nil {
		return err
	}
	if adopted {
		return s.openOutputs()
	}
	layout := event.Layout{Workers: s.plan.workers() + 1, RingSize: s.plan.RingSize, CounterWords: engine.Counters().Len() + engine.PortWords}
	region, err := event.CreateRegion(layout, 0, time.Now().UnixMicro())
	if err != nil {
		return err
	}
	s.setRegion(region)
	if err := s.openOutputs(); err != nil {
		return err
	}
	_, err = s.launch()
	return err
}

// setRegion is called before anything else reads the region.
func (s *Supervisor) setRegion(r *event.Region) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.region = r
}

// launch starts an engine with the region and connects to it.
func (s *Supervisor) launch() (*engine.Ready, error) {
	begun := time.Now()
	ready, proc, err := s.o.Launcher.Launch(s.plan, s.region)
	if err != nil {
		return nil, err
	}
	c, err := s.connect()
	if err != nil {
		proc.Kill()
		proc.Wait()
		return nil, err
	}
	s.mu.Lock()
	s.proc, s.client = proc, c
	s.eng.PID, s.eng.State, s.eng.Adopted, s.eng.Since = proc.Pid, "running", false, time.Now()
	s.mu.Unlock()
	s.log.Info("engine forwards", "pid", proc.Pid, "after_ms", (ready.FirstPollUS-begun.UnixMicro())/1000)
	for _, n := range ready.Notes {
		s.log.Info("port", "note", n)
	}
	return ready, s.follow()
}

// connect waits for the socket of an engine that forwards already.
func (s *Supervisor) connect() (*engine.Client, error) {
	deadline := time.Now().Add(exitWait)
	for {
		c, err := engine.Dial(s.plan.RunDir)
		if err == nil {
			return c, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("engine: its socket does not answer: %w", err)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// follow watches a second connection, which ends with the engine.
func (s *Supervisor) follow() error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() {
		c.Gone()
		c.Close()
		close(gone)
	}()
	s.mu.Lock()
	s.gone = gone
	s.mu.Unlock()
	return nil
}

// adopt takes over an engine that a dead control left behind. One of another
// build or with other ports is stopped, and told so.
func (s *Supervisor) adopt() (bool, error) {
	pid := engine.LockedBy(engine.LockPath(s.plan.RunDir))
	if pid == 0 {
		return false, nil
	}
	c, err := engine.Dial(s.plan.RunDir)
	if err != nil {
		s.log.Warn("the engine that runs does not answer: it is ended", "pid", pid, "error", err)
		return false, s.kill(pid)
	}
	h, err := c.Hello()
	if err != nil {
		c.Close()
		s.log.Warn("the engine that runs does not answer: it is ended", "pid", pid, "error", err)
		return false, s.kill(pid)
	}
	defer h.Close()
	region, reason := s.fits(h)
	if reason != "" {
		s.log.Warn("the engine that runs cannot be adopted: it is stopped, and the wire is away for a moment", "pid", pid, "why", reason)
		c.Stop()
		c.Close()
		if !waitExit(h.PID, exitWait) {
			return false, s.kill(h.PID)
		}
		return false, nil
	}
	s.setRegion(region)
	if err := s.rules.adopt(h, s.o.Restore); err != nil {
		s.log.Warn("adopting", "error", err)
	}
	s.mu.Lock()
	s.client = c
	s.eng = api.Engine{PID: h.PID, State: "running", Adopted: true, Since: time.Now()}
	s.mu.Unlock()
	s.log.Info("adopted the engine that runs", "pid", h.PID, "generation", h.Generation)
	return true, s.follow()
}

// fits attaches the region of a running engine, or says why it cannot be used.
func (s *Supervisor) fits(h *engine.Held) (*event.Region, string) {
	if h.Version != engine.SpecVersion || h.Build != engine.Build() {
		return nil, "it is of another build: " + h.Build
	}
	spec, err := engine.ReadSpec(h.Spec)
	if err != nil {
		return nil, err.Error()
	}
	if why := different(spec, &s.plan.Spec); why != "" {
		return nil, why
	}
	fd, err := unix.FcntlInt(h.Region.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err.Error()
	}
	region, err := event.AttachRegion(fd)
	if err != nil {
		unix.Close(fd)
		return nil, err.Error()
	}
	if region.Layout().CounterWords != engine.Counters().Len()+engine.PortWords {
		region.Close()
		return nil, "it counts other things"
	}
	return region, ""
}
