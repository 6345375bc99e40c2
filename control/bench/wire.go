package bench

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/clock"
	"github.com/weir-ips/weir/dataplane/port"
)

// The generator on the other side of weir's two ports, in a process of its own, as
// Pktgen-DPDK is: it sends in both directions at a rate and counts what comes out.

// wireFrames is how many different frames each direction plays: as many flows, but
// for IMIX, where a flow has a size.
const wireFrames = 1024

// wireMark is the first word of a made frame's payload, its time of departure the
// second: what comes without it is not ours (ARP, router advertisements).
const (
	wireMark = 0x77656972_70b75e4d
	wireAt   = 14 + 20 + 8
)

// Imix is the simple IMIX: of twelve frames seven have 64 octets, four 570, one 1518.
var imix = [12]int{64, 570, 64, 64, 570, 64, 1518, 64, 570, 64, 570, 64}

// frameSizes are the octets on the wire, FCS included, of the frames of a trial:
// a number or IMIX.
func frameSizes(name string) ([]int, error) {
	if strings.EqualFold(name, "imix") {
		return imix[:], nil
	}
	var n int
	if _, err := fmt.Sscanf(name+" ", "%d ", &n); err != nil || n < 64 || n > 1518 {
		return nil, fmt.Errorf("bench: frame size %q, want 64 to 1518 octets or imix", name)
	}
	return []int{n}, nil
}

// udpFrame is flow i's datagram in a frame of size octets with its FCS, which is
// not there. The way back has addresses and ports exchanged.
func udpFrame(i, size int, back bool) []byte {
	src, dst := endOf{10<<24 | 1<<16 | uint32(i), uint16(10_000 + i)}, endOf{10<<24 | 2<<16 | 1, 9}
	if back {
		src, dst = dst, src
	}
	f := ipFrame(src, dst, 17, size-4-34)
	binary.BigEndian.PutUint16(f[38:], uint16(size-4-34))
	if back {
		for k := range 6 {
			f[k], f[6+k] = f[6+k], f[k]
		}
	}
	binary.BigEndian.PutUint64(f[wireAt:], wireMark)
	return f
}

// wire is the generator with its two ports.
type wire struct {
	queues [2]dpdk.Queue
	pool   *dpdk.Pool
	hz     uint64
	cpu    int
	prio   int
}

// openWire takes the two ports that the vdevs make.
func openWire(vdevs []string, cpu, prio int) (*wire, error) {
	eal := dpdk.VdevConfig(vdevs...)
	eal.MemoryMB = 256
	if err := dpdk.InitEAL(eal); err != nil {
		return nil, err
	}
	ports := dpdk.Ports()
	if len(ports) != 2 {
		return nil, fmt.Errorf("bench: %d ports, want two: name them with two --vdev", len(ports))
	}
	w := &wire{hz: clock.Calibrate(20 * time.Millisecond), cpu: cpu, prio: prio}
	var err error
	if w.pool, err = benchPool(0, 2176); err != nil {
		return nil, err
	}
	for i, p := range ports {
		if _, err := p.Configure(dpdk.PortConfig{Pools: []*dpdk.Pool{w.pool}}); err != nil {
			return nil, err
		}
		if err := p.Start(); err != nil {
			return nil, err
		}
		w.queues[i] = dpdk.NewQueue(p, 0)
	}
	return w, nil
}

// waitForLink waits until both ports have a link.
func (w *wire) waitForLink(d time.Duration) error {
	for end := time.Now().Add(d); ; time.Sleep(50 * time.Millisecond) {
		down := ""
		for _, p := range dpdk.Ports() {
			if l, err := p.Link(); err != nil {
				return err
			} else if !l.Up {
				down = fmt.Sprintf("bench: port %d has no link after %v: is weir running on the other side?", p, d)
			}
		}
		if down == "" {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s", down)
		}
	}
}

// Trial is one run of the generator at one rate.
type Trial struct {
	// Rate is what was asked for, frames a second of each direction; Sent and
	// Received are of both.
	Rate           float64
	Sent, Received uint64
	Seconds        float64
	// Latency is nanoseconds from one port to the other.
	Latency map[string]uint64
}

// Lost frames were sent and did not come.
func (t *Trial) Lost() uint64 { return t.Sent - min(t.Sent, t.Received) }

// Mpps is what was sent, millions a second of both directions.
func (t *Trial) Mpps() float64 { return float64(t.Sent) / t.Seconds / 1e6 }

// direction is one way of a trial.
type direction struct {
	frames port.Source
	burst  dpdk.Burst
	at     uint32
	next   float64
}

// wireChunk is how many frames leave at once: a wire brings them singly, a port
// in small groups.
const wireChunk = 16

// lastFrames is how long a trial waits for what is on its way.
const lastFrames = 100 * time.Millisecond

// trial sends frames of these sizes at a rate in both directions. What the port
// does not take was not sent.
func (w *wire) trial(sizes []int, rate float64, d time.Duration) (*Trial, error) {
	var dirs [2]direction
	for i := range dirs {
		var frames [][]byte
		for k := range wireFrames {
			frames = append(frames, udpFrame(k, sizes[k%len(sizes)], i == 1))
		}
		m, err := port.NewMem(port.MemConfig{Frames: frames}, w.pool, 0)
		if err != nil {
			return nil, err
		}
		defer m.Close()
		dirs[i].frames = m
	}
	t := &Trial{Rate: rate, Seconds: d.Seconds()}
	lat := &latency{}
	if err := onOwnThread(func() error {
		return onCPU(w.cpu, w.prio, func() { w.play(&dirs, t, lat, d) })
	}); err != nil {
		return nil, err
	}
	t.Latency = map[string]uint64{}
	lat.quantiles(t.Latency, w.hz)
	return t, nil
}

// onOwnThread runs f in a goroutine, whose thread may be pinned and ends with it.
func onOwnThread(f func() error) error {
	done := make(chan error)
	go func() { done <- f() }()
	return <-done
}

// play is the loop.
func (w *wire) play(dirs *[2]direction, t *Trial, lat *latency, d time.Duration) {
	var rx dpdk.Burst
	cycles := func(d time.Duration) uint64 { return uint64(d.Seconds() * float64(w.hz)) }
	begin := clock.TSC()
	end := begin + cycles(d)
	perFrame := float64(w.hz) / t.Rate
	for i := range dirs {
		dirs[i].next = float64(begin)
	}
	for now := begin; now < end+cycles(lastFrames); now = clock.TSC() {
		for i := range dirs {
			if now < end && float64(now) >= dirs[i].next {
				t.Sent += uint64(dirs[i].send(w.queues[i], now, perFrame))
			}
		}
		for i := range dirs {
			if n := w.queues[i].RxBurst(&rx); n > 0 {
				t.Received += uint64(received(&rx, n, lat))
			}
		}
	}
	for i := range dirs {
		b := &dirs[i].burst
		dpdk.FreeBurst(b.Mbuf[dirs[i].at:b.N])
		dirs[i].at, b.N = 0, 0
	}
}

// send sends a chunk, stamped, and says when the next one is due. After a stall it
// does not make up for more than a burst.
func (d *direction) send(q dpdk.Queue, now uint64, perFrame float64) int {
	if d.at >= d.burst.N {
		d.at = 0
		d.frames.RxBurst(&d.burst)
	}
	k := min(wireChunk, d.burst.N-d.at)
	for i := d.at; i < d.at+k; i++ {
		binary.LittleEndian.PutUint64(d.burst.Bytes(int(i))[wireAt+8:], now)
	}
	d.next = max(d.next+perFrame*float64(k), float64(now)-perFrame*dpdk.BurstSize)
	sent := q.TxFree(d.burst.Mbuf[d.at:d.at+k], nil)
	d.at += k
	return sent
}

// received counts what is ours, and how long it took.
func received(rx *dpdk.Burst, n int, lat *latency) (ours int) {
	now := clock.TSC()
	for i := range n {
		f := rx.Bytes(i)
		if len(f) < wireAt+16 || binary.BigEndian.Uint64(f[wireAt:]) != wireMark {
			continue
		}
		ours++
		lat.add(now-min(now, binary.LittleEndian.Uint64(f[wireAt+8:])), 1)
	}
	dpdk.FreeBurst(rx.Mbuf[:n])
	return ours
}
