package engine

import (
	"fmt"
	"math/bits"
	"runtime"
	"sync/atomic"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"golang.org/x/sys/unix"
)

// Inspector is what a lane drives: the packet's way of one worker.
type Inspector interface {
	// Poll receives and processes one burst of each port, at a time in µs since
	// the epoch, and returns the number of packets.
	Poll(nowUS int64) int
	// Publish hands a policy over; it is taken up between bursts.
	Publish(*worker.Policy)
	// Account brings the counters up to date before they are published.
	Account()
	// PollRings processes what other workers passed on.
	PollRings() int
	// Finish logs what is open and gives back all packets that are held.
	Finish()
}

// commander is an Inspector that carries out commands.
type commander interface{ Command(*anomaly.Command) bool }

// publishUS is how often a lane publishes its counters.
const publishUS = 4000

// lane is the loop of one worker, on a thread of its own.
type lane struct {
	id, cpu int
	share   bool
	insp    Inspector
	cmd     commander
	ctr     *counter.Local
	page    []uint64
	beat    event.Heartbeat
	box     mailbox
	walls   *walls
	hz      uint64
	stop    *atomic.Bool
	steer   *port.Steer // nil: one worker

	started   chan error
	firstPoll int64 // µs, written before started is
	done      chan struct{}
}

// run pins the thread and polls until stop. It is the goroutine's only function:
// the thread ends with it, still pinned.
func (l *lane) run() {
	defer close(l.done)
	if l.steer != nil {
		defer l.steer.Rest(l.id)
	}
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(l.cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		l.started <- fmt.Errorf("worker %d: CPU %d cannot be used: %w: choose CPUs of this machine (and cpuset) for workers", l.id, l.cpu, err)
		return
	}
	if err := asWorker(); err != nil {
		l.started <- fmt.Errorf("worker %d: its thread's priority: %w", l.id, err)
		return
	}
	if err := dpdk.RegisterThread(); err != nil {
		l.started <- fmt.Errorf("worker %d: %w", l.id, err)
		return
	}
	defer dpdk.UnregisterThread()
	l.poll()
	l.rest()
	l.insp.Finish()
	l.insp.Account()
	l.ctr.Publish(l.page)
}

// poll is the loop. Everything in it is a plain load or store, or belongs to the
// worker.
func (l *lane) poll() {
	last := clock.TSC()
	published := int64(0)
	idle := 0
	var c anomaly.Command
	first := true
	for !l.stop.Load() {
		tsc := clock.TSC()
		now := l.walls.micros(tsc)
		l.ctr.PollGap(nanos(tsc-last, l.hz))
		last = tsc
		l.beat.Beat(now)
		n := l.insp.Poll(now)
		l.ctr.Inc(counter.Loops)
		if n == 0 {
			l.ctr.Inc(counter.LoopsEmpty)
			if idle++; l.share && idle > 64 {
				yield(idle)
				last = clock.TSC()
			}
		} else {
			idle = 0
			l.ctr.BurstFill(n)
		}
		for l.box.take(&c) {
			l.ctr.Inc(counter.Mailbox)
			if l.cmd != nil {
				l.cmd.Command(&c)
			}
		}
		if now-published >= publishUS {
			published = now
			l.insp.Account()
			l.ctr.Publish(l.page)
		}
		if first {
			first = false
			l.firstPoll = now
			l.started <- nil
		}
	}
}

// rest takes in what is between the workers when they stop. A worker that does not
// stop keeps the others for restMax at most.
func (l *lane) rest() {
	if l.steer == nil {
		return
	}
	l.steer.Rest(l.id)
	for end := clock.TSC() + l.hz/1000*restMaxMS; !l.steer.Quiet() && clock.TSC() < end; {
		if l.insp.PollRings() == 0 {
			yield(0)
		}
	}
}

// restMaxMS is longer than any burst, and shorter than anybody waits for a stop.
const restMaxMS = 1000

// yield gives the CPU up where a worker has none to itself.
func yield(idle int) {
	if idle < 1024 {
		unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
		return
	}
	t := unix.Timespec{Nsec: 50_000}
	unix.Nanosleep(&t, nil)
}

// nanos turns cycles into nanoseconds.
func nanos(cycles, hz uint64) uint64 {
	hi, lo := bits.Mul64(cycles, 1_000_000_000)
	if hz == 0 || hi >= hz {
		return 0
	}
	ns, _ := bits.Div64(hi, lo, hz)
	return ns
}

// walls is the wall clock that all lanes read and housekeeping anchors again.
// Old anchors are kept long enough for a reader in between.
type walls struct {
	cur   atomic.Pointer[clock.Wall]
	slots [64]clock.Wall
	n     int
	hz    uint64
}

func newWalls(hz uint64) *walls {
	w := &walls{hz: hz}
	w.anchor()
	return w
}

// anchor is called by one thread, about once a second.
func (w *walls) anchor() {
	s := &w.slots[w.n%len(w.slots)]
	*s = clock.NewWall(w.hz)
	w.n++
	w.cur.Store(s)
}

func (w *walls) micros(tsc uint64) int64 { return w.cur.Load().Micros(tsc) }
