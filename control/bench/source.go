package bench

import (
	"fmt"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/match/input"
)

// openSources maps the frames and makes the mbufs: a source for each worker, with
// what a port with symmetric RSS would give it.
func (r *engineRun) openSources() error {
	n := max(r.spec.Workers, 1)
	if n > 1 {
		var err error
		if r.steer, err = port.NewSteer(n, 1024, 0); err != nil {
			return err
		}
	}
	for i := range n {
		l := &lane{id: i, cpu: -1}
		if i < len(r.spec.CPUs) {
			l.cpu = r.spec.CPUs[i]
		}
		r.lanes = append(r.lanes, l)
	}
	if r.spec.Capture == "" {
		return r.openFloods()
	}
	frames, times, link, closer, err := captureFrames(r.spec.Capture)
	if err != nil {
		return err
	}
	defer closer()
	longest := 0
	for _, f := range frames {
		longest = max(longest, len(f))
	}
	r.link = link
	span := times[len(times)-1] - times[0] + 1
	parts, err := r.spread(frames, times)
	if err != nil {
		return err
	}
	for i, l := range r.lanes {
		p := &parts[i]
		if len(p.frames) == 0 {
			return fmt.Errorf("bench: the capture has nothing for worker %d of %d", i+1, n)
		}
		pool, err := benchPool(i, max(2176, (longest+128)&^63))
		if err != nil {
			return err
		}
		l.all = uint64(len(p.frames)) * r.spec.Repeat
		if l.source, err = port.NewMem(port.MemConfig{Frames: p.frames, Times: p.times, Span: span, Repeat: r.spec.Repeat, Rewrite: port.ShiftAddrs}, pool, 0); err != nil {
			return err
		}
	}
	return nil
}

func benchPool(worker, room int) (*dpdk.Pool, error) {
	return dpdk.NewPool(fmt.Sprintf("bench%d", worker), 8191, 256, room, dpdk.AnySocket)
}

// openFloods makes each worker's share of the made frames.
func (r *engineRun) openFloods() error {
	r.link = uint32(input.LinkEthernet)
	n := len(r.lanes)
	for i, l := range r.lanes {
		pool, err := benchPool(i, 2176)
		if err != nil {
			return err
		}
		f := &flood{flows: max(r.spec.Flows/n, 1), size: r.spec.Size, steer: r.steer, owner: i, base: i * (maxFlows / n)}
		l.all = r.spec.Packets / uint64(n)
		if l.source, err = f.open(pool, l.all); err != nil {
			return err
		}
	}
	return nil
}

// part is what one worker gets of a capture.
type part struct {
	frames [][]byte
	times  []int64
}

// spread deals the frames out by their outermost addresses and ports, as a port
// does. Copies have the same hash: both addresses change alike (port.ShiftAddrs).
func (r *engineRun) spread(frames [][]byte, times []int64) ([]part, error) {
	parts := make([]part, len(r.lanes))
	if r.steer == nil {
		parts[0] = part{frames, times}
		return parts, nil
	}
	var pool packet.Pool
	d, err := decode.New(decode.DefaultConfig(), &pool)
	if err != nil {
		return nil, err
	}
	var p packet.Packet
	var k flow.Key
	for i, f := range frames {
		pool.Reset()
		d.Decode(&p, f, input.LinkType(r.link), times[i], 0)
		to := 0
		switch ok := flow.KeyOf(&p.Packet, &k, 0); {
		case ok && !p.Embedded.OK && (k.Proto == 6 || k.Proto == 17):
			to = r.steer.Owner(port.FlowHash(&p.Src, &p.Dst, p.SrcPort, p.DstPort))
		case p.IPVersion != 0:
			to = r.steer.Owner(port.FlowHash(&p.Src, &p.Dst, 0, 0))
		}
		parts[to].frames = append(parts[to].frames, f)
		parts[to].times = append(parts[to].times, times[i])
	}
	return parts, nil
}
