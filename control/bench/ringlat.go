package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/match/input"
	"golang.org/x/sys/unix"
)

// The time that packets take from one port to the other, with two net_ring ports
// and a generator on another CPU: it stamps what it sends in the mbuf's headroom,
// and reads the stamp when the packet comes out of the far port.

// LatencyReport is what RingLatency measured, in nanoseconds.
type LatencyReport struct {
	// Saturation is packets a second that came through at full load; everything
	// below was measured at half of it.
	Saturation, Load float64
	// Floor is the same path with a loop that only forwards in the worker's place.
	Floor, Weir, Reloading map[string]uint64
	// Lost packets found a ring full or no mbuf, of Sent, at half load.
	Sent, Lost uint64
	Reloads    int

	what  string
	rules int
}

const (
	ringPhase   = 3 * time.Second
	ringReloads = 20
	reloadsMax  = 20 * time.Second // where no CPU is left for them
	ringChunk   = 8
	stampAt     = 16 // octets before the frame
)

// ringBench are the two ports and both ends.
type ringBench struct {
	r        *engineRun
	in, out  dpdk.Queue
	gen      port.Source // makes frames
	from, to int         // CPUs of generator and worker
}

// forwardOnly is the floor: what a worker would be without weir.
type forwardOnly struct {
	in, out dpdk.Queue
	b       dpdk.Burst
}

func (f *forwardOnly) Poll(int64) int {
	n := f.in.RxBurst(&f.b)
	if n > 0 {
		f.out.TxFree(f.b.Mbuf[:n], nil)
	}
	return n
}

// load runs a worker against the generator at a rate, packets a second, and
// measures for a time and as long as beside takes.
func (l *ringBench) load(poll func(int64) int, rate float64, d time.Duration, beside func()) (lat *latency, sent, got uint64, err error) {
	var stop, over atomic.Bool
	over.Store(beside == nil)
	var wg sync.WaitGroup
	failed := make(chan error, 2)
	wg.Go(func() {
		failed <- onCPU(l.to, l.r.spec.Prio, func() {
			for !stop.Load() {
				poll(time.Now().UnixMicro())
			}
		})
	})
	wg.Go(func() {
		failed <- onCPU(l.from, l.r.spec.Prio, func() {
			defer stop.Store(true)
			lat, sent, got = l.generate(rate, d, &over)
		})
	})
	if beside != nil {
		beside()
		over.Store(true)
	}
	wg.Wait()
	return lat, sent, got, errors.Join(<-failed, <-failed)
}

// generate sends at a rate for a time, and until over, and receives what comes out.
func (l *ringBench) generate(rate float64, d time.Duration, over *atomic.Bool) (*latency, uint64, uint64) {
	lat := &latency{}
	var tx, rx dpdk.Burst
	var sent, got uint64
	begin := clock.TSC()
	end := begin + uint64(d.Seconds()*float64(l.r.hz))
	perPacket := float64(l.r.hz) / rate
	// Small bursts, as a wire brings them; full ones at full load.
	chunk := uint32(ringChunk)
	if perPacket == 0 {
		chunk = dpdk.BurstSize
	}
	next, at := float64(begin), uint32(0)
	for t := begin; t < end+l.r.hz/20; t = clock.TSC() {
		if t >= end && !over.Load() {
			end = t + 1
		}
		if t < end && float64(t) >= next {
			if at >= tx.N {
				at = 0
				l.gen.RxBurst(&tx)
			}
			if k := min(chunk, tx.N-at); k > 0 {
				next += perPacket * float64(k)
				now := clock.TSC()
				for i := at; i < at+k; i++ {
					binary.LittleEndian.PutUint64(stamp(tx.Addr[i]), now)
				}
				l.in.TxFree(tx.Mbuf[at:at+k], nil)
				sent += uint64(k)
				at += k
			}
		}
		n := l.out.RxBurst(&rx)
		if n == 0 {
			continue
		}
		t := clock.TSC()
		for i := range n {
			lat.add(t-binary.LittleEndian.Uint64(stamp(rx.Addr[i])), 1)
		}
		got += uint64(n)
		dpdk.FreeBurst(rx.Mbuf[:n])
	}
	if at < tx.N {
		dpdk.FreeBurst(tx.Mbuf[at:tx.N])
	}
	return lat, sent, got
}

// stamp is the place of the stamp before a frame: the headroom is nobody's.
func stamp(frame uintptr) []byte { return dpdk.Bytes(frame-stampAt, 8) }

// onCPU runs f on a thread of its own, pinned (-1: where the process may run), at a real-time priority where prio
// is not 0.
func onCPU(cpu, prio int, f func()) error {
	runtime.LockOSThread() // and the thread ends with the goroutine
	if cpu >= 0 {
		var set unix.CPUSet
		set.Set(cpu)
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			return fmt.Errorf("bench: CPU %d cannot be used: %w", cpu, err)
		}
	}
	if prio > 0 {
		if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: uint32(prio)}, 0); err != nil {
			return fmt.Errorf("bench: real-time priority %d: %w: it needs root", prio, err)
		}
	}
	if err := dpdk.RegisterThread(); err != nil {
		return err
	}
	defer dpdk.UnregisterThread()
	f()
	return nil
}

// ringLatency measures floor, weir and weir with reloads.
func (r *engineRun) ringLatency() (*LatencyReport, error) {
	w := r.lanes[0].worker
	l := &ringBench{r: r, in: r.ringIn, out: r.ringOut, gen: r.gen, from: r.spec.CPUs[0], to: r.spec.CPUs[1]}
	rep := &LatencyReport{}
	quantiles := func(lat *latency) map[string]uint64 {
		m := map[string]uint64{}
		lat.quantiles(m, r.hz)
		return m
	}
	// Full load, twice: the first fills tables.
	for range 2 {
		_, _, got, err := l.load(w.Poll, math.Inf(1), ringPhase/2, nil)
		if err != nil {
			return nil, err
		}
		rep.Saturation = float64(got) / (ringPhase / 2).Seconds()
	}
	rep.Load = rep.Saturation / 2
	floor := &forwardOnly{in: l.in, out: l.out}
	lat, _, _, err := l.load(floor.Poll, rep.Load, ringPhase, nil)
	if err != nil {
		return nil, err
	}
	rep.Floor = quantiles(lat)
	lat, sent, got, err := l.load(w.Poll, rep.Load, ringPhase, nil)
	if err != nil {
		return nil, err
	}
	rep.Weir, rep.Sent, rep.Lost = quantiles(lat), sent, sent-got
	if r.spec.Bundle == "" || r.spec.Prio > 0 && runtime.NumCPU() < 3 {
		// Two threads at real-time priority leave nothing to reload on.
		return rep, nil
	}
	var failed error
	lat, _, _, err = l.load(w.Poll, rep.Load, ringPhase, func() {
		for end := time.Now().Add(reloadsMax); rep.Reloads < ringReloads && time.Now().Before(end); {
			if failed = r.reload(w); failed != nil {
				return
			}
			rep.Reloads++
			time.Sleep(ringPhase / (ringReloads * 2))
		}
	})
	rep.Reloading = quantiles(lat)
	return rep, errors.Join(err, failed)
}

// reload does what the engine does with a new bundle: map it, prefault it, make
// scratch, publish it, and give the old one back when the worker has the new one.
func (r *engineRun) reload(w *worker.Worker) error {
	b, err := r.openBundle()
	if err != nil {
		return err
	}
	sc, err := b.NewScratch()
	if err != nil {
		return err
	}
	p := &worker.Policy{Bundle: b, Scratch: sc}
	w.Publish(p)
	for i := 0; !p.Taken.Load(); i++ {
		if i == 30_000 {
			return errors.New("bench: the worker did not take the policy up")
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// openRings makes the two ports, the generator behind the first, and lets the
// worker poll them.
func (r *engineRun) openRings() error {
	var q [2]dpdk.Queue
	pool, err := benchPool(0, 2176)
	if err != nil {
		return err
	}
	for i := range q {
		id, err := dpdk.PortByName(fmt.Sprintf("net_ring%d", i))
		if err != nil {
			return err
		}
		if _, err := id.Configure(dpdk.PortConfig{Pools: []*dpdk.Pool{pool}}); err != nil {
			return err
		}
		if err := id.Start(); err != nil {
			return err
		}
		q[i] = dpdk.NewQueue(id, 0)
	}
	r.ringIn, r.ringOut = q[0], q[1]
	l := &lane{cpu: -1, source: port.Live{Queue: q[0]}, sink: q[1]}
	r.lanes = []*lane{l}
	r.link = uint32(input.LinkEthernet)
	if r.spec.Capture == "" {
		f := flood{flows: r.spec.Flows, size: r.spec.Size}
		r.gen, err = f.open(pool, 1<<60)
		return err
	}
	frames, times, link, closer, err := captureFrames(r.spec.Capture)
	if err != nil {
		return err
	}
	defer closer()
	fits, when := frames[:0:0], times[:0:0]
	for i, f := range frames {
		if len(f) <= pool.DataRoom() {
			fits, when = append(fits, f), append(when, times[i])
		}
	}
	r.link = link
	r.gen, err = port.NewMem(port.MemConfig{Frames: fits, Rewrite: port.ShiftAddrs}, pool, 0)
	return err
}

// RingLatency measures the time from port to port at half of the saturating
// load; with rules, also while they are reloaded.
func RingLatency(o Options) (*LatencyReport, error) {
	if len(o.CPUs) == 0 {
		o.CPUs = []int{0, 1}
	}
	if len(o.CPUs) != 2 {
		return nil, fmt.Errorf("bench: --latency needs two CPUs: the generator's and the worker's")
	}
	o.Ring, o.Inline = true, true
	b, clean, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer clean()
	run, err := b.run(b.o.Spec)
	if err != nil {
		return nil, err
	}
	run.Ring.what, run.Ring.rules = b.o.what(), b.rules
	return run.Ring, nil
}

// Print tells a person.
func (r *LatencyReport) Print(w io.Writer) {
	fmt.Fprintf(w, "%s, %d rules: through two net_ring ports %.3f Mpps at most; at half of it, port to port, us:\n", r.what, r.rules, r.Saturation/1e6)
	for _, row := range []struct {
		name string
		q    map[string]uint64
	}{{"forwarding loop", r.Floor}, {"weir", r.Weir}, {fmt.Sprintf("weir, %d reloads", r.Reloads), r.Reloading}} {
		if row.q != nil {
			fmt.Fprintf(w, "%-18s p50 %7.1f  p90 %7.1f  p99 %7.1f  p99.9 %8.1f  max %8.1f\n", row.name, us(row.q["p50"]), us(row.q["p90"]), us(row.q["p99"]), us(row.q["p99.9"]), us(row.q["max"]))
		}
	}
	fmt.Fprintf(w, "%d of %d packets lost at half load\n", r.Lost, r.Sent)
}
