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

// Steer is a ring from every worker to every other.
type Steer struct {
	workers int
	table   []uint8 // the redirection table
	rings   []*Ring[Steered]
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
	s := &Steer{workers: workers, table: make([]uint8, table), rings: make([]*Ring[Steered], workers*workers), resting: make([]restFlag, workers)}
	for i := range s.table {
		s.table[i] = uint8(i % workers)
	}
	for i := range s.rings {
		if i/workers == i%workers {
			continue
		}
		r, err := NewRing[Steered](size)
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
func (s *Steer) To(from, to int) *Ring[Steered] { return s.rings[from*s.workers+to] }

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
