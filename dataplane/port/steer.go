package port

import (
	"fmt"
	"sync/atomic"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// Steered is a packet on its way to the worker that goes on with it. What the
// mbuf says of itself is read again there (dpdk.Describe).
type Steered struct {
	Mbuf   dpdk.Mbuf
	TimeUS int64  // of its arrival
	Num    uint64 // of the worker that received it
	In     uint16 // index of the port that received it, in the workers' lists
	// Done counts the layers that other workers are done with, innermost first.
	Done uint8
	// Verdict and Reason are what they decided.
	Verdict, Reason uint8
	// Rejoin: a fragment of a datagram that is complete, on its way with the others
	// to the worker that owns the datagram's flow.
	Rejoin bool
}

// Ring carries packets from one worker to another, in order. It never waits
// and never grows, and holds no Go pointer.
type Ring struct {
	slots []Steered
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
	return &Ring{slots: make([]Steered, size), mask: uint64(size - 1)}, nil
}

// Room reports, to the writer, that n packets fit.
func (r *Ring) Room(n int) bool {
	h := r.head.Load()
	if h-r.seen+uint64(n) <= uint64(len(r.slots)) {
		return true
	}
	r.seen = r.tail.Load()
	return h-r.seen+uint64(n) <= uint64(len(r.slots))
}

// Push hands a packet over; its mbuf is the reader's then. False: the ring is
// full, and the mbuf stays the caller's.
func (r *Ring) Push(s *Steered) bool {
	if !r.Room(1) {
		return false
	}
	h := r.head.Load()
	r.slots[h&r.mask] = *s
	r.head.Store(h + 1)
	return true
}

// Take copies up to len(to) packets out of the ring. They keep their places
// until Release, so that a ring without packets means that none is under way.
func (r *Ring) Take(to []Steered) int {
	t := r.tail.Load()
	if r.ahead == t {
		if r.ahead = r.head.Load(); r.ahead == t {
			return 0
		}
	}
	n := min(r.ahead-t, uint64(len(to)))
	for i := range n {
		to[i] = r.slots[(t+i)&r.mask]
	}
	return int(n)
}

// Release gives up the places of the n packets that were taken first.
func (r *Ring) Release(n int) { r.tail.Store(r.tail.Load() + uint64(n)) }

// Len is the number of packets in the ring, exact when both sides rest.
func (r *Ring) Len() int { return int(r.head.Load() - r.tail.Load()) }

// Steer is a ring from every worker to every other.
type Steer struct {
	workers int
	table   []uint8 // the redirection table
	rings   []*Ring
	resting []restFlag
}

// restFlag says that a worker polls ports no more.
type restFlag struct {
	set atomic.Bool
	_   [60]byte
}

// NewSteer makes the rings of so many workers, each for size packets. table is
// the size of the ports' redirection tables, a power of two; 0: 128.
func NewSteer(workers, size, table int) (*Steer, error) {
	if workers < 1 || workers > maxWorkers {
		return nil, fmt.Errorf("steer: %d workers, 1 to %d are possible", workers, maxWorkers)
	}
	if table == 0 {
		table = usualTable
	}
	if table < 0 || table > 1<<16 || table&(table-1) != 0 {
		return nil, fmt.Errorf("steer: redirection table of %d entries: a power of two", table)
	}
	s := &Steer{workers: workers, table: make([]uint8, table), rings: make([]*Ring, workers*workers), resting: make([]restFlag, workers)}
	for i := range s.table {
		s.table[i] = uint8(i % workers)
	}
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

// usualTable is the entries of a redirection table where ports do not agree on
// one, or have none.
const usualTable = 128

// Workers is their number.
func (s *Steer) Workers() int { return s.workers }

// Owner is the worker that owns the flows of a FlowHash: the queue that a port
// with the usual redirection (entry i is queue i modulo queues) and symmetric RSS
// gives them, where every worker has the queue of its number.
func (s *Steer) Owner(hash uint32) int { return int(s.table[int(hash)&(len(s.table)-1)]) }

// To is the ring from one worker to another, nil where they are the same.
func (s *Steer) To(from, to int) *Ring { return s.rings[from*s.workers+to] }

// Rest says that a worker polls its ports no more; it goes on with its rings
// until Quiet.
func (s *Steer) Rest(worker int) { s.resting[worker].set.Store(true) }

// Quiet reports that all workers rest and no packet is between them: none will
// come any more.
func (s *Steer) Quiet() bool {
	for i := range s.resting {
		if !s.resting[i].set.Load() {
			return false
		}
	}
	// A packet that is looked at keeps its place, so all rings are empty at one
	// time unless something was pushed while they were looked through.
	before := s.pushed()
	for _, r := range s.rings {
		if r != nil && r.Len() != 0 {
			return false
		}
	}
	return s.pushed() == before
}

// pushed counts all packets that were ever pushed.
func (s *Steer) pushed() (n uint64) {
	for _, r := range s.rings {
		if r != nil {
			n += r.head.Load()
		}
	}
	return n
}
