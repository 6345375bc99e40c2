package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/dataset"
	"golang.org/x/sys/unix"
)

// calibration is how long the time stamp counter is measured at the start.
const calibration = 10 * time.Millisecond

// engine is the process.
type engine struct {
	spec   *Spec
	specFD int
	region *event.Region
	set    *port.Set
	walls  *walls
	lanes  []*lane
	ready  Ready

	current *held
	hz      uint64 // of the time stamp counter
	// sampleEvery: one judgement of a rule in so many is timed.
	sampleEvery uint32
	abandoned   []*held
	// sets are the data sets of all workers.
	sets *dataset.Sets

	halt     atomic.Bool // lanes end
	stopping atomic.Bool
	stopOnce sync.Once
	stopped  chan struct{}

	missedBefore, nombufBefore uint64
}

// Run is the engine process: it reads its Spec from FDSpec and the region from
// FDRegion, tells FDReady how the start went, and returns when it was stopped.
func Run(started time.Time) error {
	pipe := os.NewFile(FDReady, "ready")
	e := &engine{stopped: make(chan struct{})}
	err := e.start()
	e.ready.PID = os.Getpid()
	e.ready.StartMS = time.Since(started).Milliseconds()
	if err != nil {
		e.ready.Error = err.Error()
	}
	line, _ := json.Marshal(e.ready)
	if pipe != nil {
		pipe.Write(append(line, '\n'))
		pipe.Close()
	}
	if err != nil {
		return errors.Join(err, e.close())
	}
	return e.work()
}

// start opens everything; when it returns, packets are being forwarded.
func (e *engine) start() error {
	unix.CloseOnExec(FDSpec)
	unix.CloseOnExec(FDRegion)
	unix.CloseOnExec(FDReady)
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE, syscall.SIGUSR1, syscall.SIGUSR2)
	spec, err := ReadSpec(os.NewFile(FDSpec, "spec"))
	if err != nil {
		return err
	}
	e.spec = spec
	if e.specFD, err = unix.FcntlInt(FDSpec, unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return fmt.Errorf("engine spec: %w", err)
	}
	if e.region, err = event.AttachRegion(FDRegion); err != nil {
		return err
	}
	if _, err := Lock(LockPath(spec.RunDir)); err != nil {
		return err
	}
	e.region.SetEnginePID(os.Getpid())
	if err := dpdk.InitEAL(spec.EAL); err != nil {
		return err
	}
	hw, err := port.ProbeHardware(true)
	if err != nil {
		return err
	}
	plan, err := port.NewPlan(spec.Ports, hw)
	if err != nil {
		return err
	}
	if e.set, err = port.Open(plan); err != nil {
		return err
	}
	e.ready.Plan, e.ready.Notes = plan.String(), plan.Notes
	for _, p := range e.set.Ports {
		for _, n := range p.Setup.Notes {
			e.ready.Notes = append(e.ready.Notes, e.portName(p.Name)+": "+n)
		}
	}
	return e.startLanes()
}

// startLanes makes the workers and waits until each has polled once.
func (e *engine) startLanes() error {
	n := len(e.set.Plan.Workers)
	if want := e.region.Layout().Workers; want != n+1 {
		return fmt.Errorf("engine: the shared memory is for %d workers, the plan has %d", want-1, n)
	}
	set := Counters()
	if have := e.region.Layout().CounterWords; have != set.Len()+PortWords {
		return fmt.Errorf("engine: the shared memory has %d counters, this build %d", have, set.Len()+PortWords)
	}
	hz := clock.Calibrate(calibration)
	e.hz = hz
	e.walls = newWalls(hz)
	made, err := newInspectors(e, set)
	if err != nil {
		return err
	}
	for i, m := range made {
		l := &lane{
			id: i, cpu: e.set.Plan.Workers[i].CPU, share: e.spec.Share, insp: m.insp, ctr: m.ctr,
			page: e.region.Counters(i)[:set.Len()], beat: e.region.Heartbeat(i), walls: e.walls, hz: hz,
			stop: &e.halt, steer: e.set.Steer, started: make(chan error, 1), done: make(chan struct{}),
		}
		l.cmd, _ = m.insp.(commander)
		e.lanes = append(e.lanes, l)
		go l.run()
	}
	var errs []error
	for _, l := range e.lanes {
		errs = append(errs, <-l.started)
		if t := l.firstPoll; e.ready.FirstPollUS == 0 || t < e.ready.FirstPollUS {
			e.ready.FirstPollUS = t
		}
	}
	return errors.Join(errs...)
}

// newLocal begins with what a worker's page holds of a former engine, so that
// counters go on; gauges tell of what is gone.
func newLocal(set *counter.Set, page []uint64) *counter.Local {
	l := counter.NewLocal(set, page)
	for id := range counter.ID(set.Len()) {
		if set.Gauge(id) {
			l.Set(id, 0)
		}
	}
	return l
}

// work serves control until somebody stops the engine.
func (e *engine) work() error {
	srv, err := listen(SocketPath(e.spec.RunDir), e)
	if err != nil {
		e.stop()
		return errors.Join(err, e.close())
	}
	go srv.serve()
	k, err := e.newKeeper()
	if err != nil {
		e.stop()
	} else {
		go k.run()
	}
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	select {
	case <-term:
		e.stop()
	case <-e.stopped:
	}
	srv.close()
	return errors.Join(err, e.close())
}

func (e *engine) newKeeper() (*keeper, error) {
	set := Counters()
	last := e.region.Layout().Workers - 1
	ring, err := e.region.Ring(last)
	if err != nil {
		return nil, err
	}
	page := e.region.Counters(last)
	k := &keeper{e: e, page: page, words: set.Len(), ctr: newLocal(set, page[:set.Len()]), beat: e.region.Heartbeat(last),
		ring: ring, rows: make([]PortRow, len(e.set.Ports)), runtime: newRuntimeStats()}
	e.missedBefore, e.nombufBefore = k.ctr.Get(counter.RXMissed), k.ctr.Get(counter.RXNoMbuf)
	return k, nil
}

func (e *engine) portName(device string) string {
	if n := e.spec.PortNames[device]; n != "" {
		return n
	}
	return device
}

// rest ends the lanes: each finishes its burst, logs what is open, publishes its
// counters. It returns when all have.
func (e *engine) rest() {
	e.stopping.Store(true)
	e.halt.Store(true)
	for _, l := range e.lanes {
		<-l.done
	}
}

// end lets the process end; whoever asked has its answer.
func (e *engine) end() { e.stopOnce.Do(func() { close(e.stopped) }) }

func (e *engine) stop() {
	e.rest()
	e.end()
}

// close gives ports and memory back. An error tells what is left behind.
func (e *engine) close() error {
	e.rest()
	var errs []error
	if e.current != nil {
		errs = append(errs, wiring.SaveSets(e.current.bundle, e.sets))
		e.current.close()
	}
	if e.set != nil {
		errs = append(errs, e.set.Close(), dpdk.CleanupEAL())
	}
	if e.region != nil {
		errs = append(errs, e.region.Close())
	}
	return errors.Join(errs...)
}

func (e *engine) hello() (*Hello, []int) {
	h := &Hello{Version: SpecVersion, PID: os.Getpid(), Build: Build(), Ready: e.ready, Workers: len(e.lanes)}
	fds := []int{e.region.FD(), e.specFD}
	if e.current != nil {
		h.Generation = e.current.generation
		fds = append(fds, e.current.fd)
	}
	return h, fds
}

// setCommand looks at a data set or changes it: all workers share them, so that
// none has to be asked.
func (e *engine) setCommand(c *api.SetCommand) (api.SetAnswer, error) {
	if e.current == nil {
		return wiring.Sets(nil, nil, c)
	}
	return wiring.Sets(e.current.bundle, e.sets, c)
}

// block hands a command to every lane; each counts and judges for itself.
func (e *engine) block(c anomaly.Command) error {
	for _, l := range e.lanes {
		if !l.box.put(c) {
			return fmt.Errorf("the mailbox of worker %d is full", l.id)
		}
	}
	return nil
}
