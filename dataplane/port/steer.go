package port

import (
	"fmt"
	"sync/atomic"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// steered is a packet on its way to the worker that owns its flow.
type steered struct {
	mbuf                     dpdk.Mbuf
	addr                     uintptr
	ol                       uint64
	timestamp                int64
	len, pktLen, wireLen     uint32
	hash                     uint32
	vlan, port, nsegs, flags uint16
}

// Ring carries packets from one worker to another, in order. It never waits
// and never grows, and holds no Go pointer per packet.
type Ring struct {
	slots []steered
	mask  uint64
	_     [64]byte
	head  atomic.Uint64 // next slot to write; the writer's
	seen  uint64        // the writer's last look at tail
	_     [64]byte
	tail  atomic.Uint64 // next slot to read; the reader's
	ahead uint64        // the reader's last look at head
	_     [64]byte
}

// NewRing makes a ring for size packets, a power of two.
func NewRing(size int) (*Ring, error) {
	if size < 2 || size > 1<<20 || size&(size-1) != 0 {
		return nil, fmt.Errorf("ring of %d packets: a power of two from 2 to %d", size, 1<<20)
	}
	return &Ring{slots: make([]steered, size), mask: uint64(size - 1)}, nil
}

// Push hands packet i of b over; its mbuf is the reader's then. False: the ring
// is full, or the packet lies in the burst's spill area, which does not live
// long enough; the mbuf stays the caller's.
func (r *Ring) Push(b *dpdk.Burst, i int) bool {
	if b.Flags[i]&dpdk.FlagSpilled != 0 {
		return false
	}
	h := r.head.Load()
	if h-r.seen >= uint64(len(r.slots)) {
		if r.seen = r.tail.Load(); h-r.seen >= uint64(len(r.slots)) {
			return false
		}
	}
	r.slots[h&r.mask] = steered{
		mbuf: b.Mbuf[i], addr: b.Addr[i], ol: b.OlFlags[i], timestamp: b.Timestamp[i],
		len: b.Len[i], pktLen: b.PktLen[i], wireLen: b.WireLen[i], hash: b.RSSHash[i],
		vlan: b.VLAN[i], port: b.Port[i], nsegs: b.NSegs[i], flags: uint16(b.Flags[i]),
	}
	r.head.Store(h + 1)
	return true
}

// RxBurst takes up to BurstSize packets out of the ring, so a Ring is a Source.
func (r *Ring) RxBurst(b *dpdk.Burst) int {
	b.N = 0
	t := r.tail.Load()
	if r.ahead == t {
		if r.ahead = r.head.Load(); r.ahead == t {
			return 0
		}
	}
	n := min(r.ahead-t, dpdk.BurstSize)
	for i := range n {
		s := &r.slots[(t+i)&r.mask]
		b.Mbuf[i], b.Addr[i], b.OlFlags[i], b.Timestamp[i] = s.mbuf, s.addr, s.ol, s.timestamp
		b.Len[i], b.PktLen[i], b.WireLen[i], b.RSSHash[i] = s.len, s.pktLen, s.wireLen, s.hash
		b.VLAN[i], b.Port[i], b.NSegs[i], b.Flags[i] = s.vlan, s.port, s.nsegs, dpdk.Flag(s.flags)
	}
	b.N = uint32(n)
	r.tail.Store(t + n)
	return int(n)
}

// Done is false: another packet may come as long as the writer lives.
func (r *Ring) Done() bool { return false }

// Len is the number of packets in the ring, exact when both sides rest.
func (r *Ring) Len() int { return int(r.head.Load() - r.tail.Load()) }

// Steer is a ring from every worker to every other.
type Steer struct {
	workers int
	rings   []*Ring
}

// NewSteer makes the rings of so many workers, each for size packets.
func NewSteer(workers, size int) (*Steer, error) {
	if workers < 1 {
		return nil, fmt.Errorf("steer: %d workers", workers)
	}
	s := &Steer{workers: workers, rings: make([]*Ring, workers*workers)}
	for i := range s.rings {
		if i/workers == i%workers {
			continue
		}
		r, err := NewRing(size)
		if err != nil {
			return nil, err
		}
		s.rings[i] = r
	}
	return s, nil
}

// Owner is the worker that owns the flows of a FlowHash: the queue that a port
// with the usual redirection table (entry i is queue i modulo queues) and
// symmetric RSS gives them, where every worker has the queue of its number.
func (s *Steer) Owner(hash uint32) int { return int(hash&(steerTable-1)) % s.workers }

// steerTable is the entries of the redirection table that Owner assumes. Ports
// have 64 to 512; with a number of workers that divides 64 all agree.
const steerTable = 128

// To is the ring from one worker to another, nil where they are the same.
func (s *Steer) To(from, to int) *Ring { return s.rings[from*s.workers+to] }
