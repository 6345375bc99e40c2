package port

import (
	"fmt"
	"sync/atomic"
)

// Ring carries things from one thread to another, in order. It never waits and
// never grows; what it carries holds no pointers. One thread writes, one reads.
type Ring[T any] struct {
	slots []T
	mask  uint64
	_     [64]byte
	head  atomic.Uint64 // next slot to write; the writer's
	seen  uint64        // the writer's last look at tail
	_     [64]byte
	tail  atomic.Uint64 // next slot to read; the reader's
	ahead uint64        // the reader's last look at head
	_     [64]byte
}

// NewRing makes a ring for size things, a power of two.
func NewRing[T any](size int) (*Ring[T], error) {
	if size < 2 || size > 1<<20 || size&(size-1) != 0 {
		return nil, fmt.Errorf("ring of %d: a power of two from 2 to %d", size, 1<<20)
	}
	return &Ring[T]{slots: make([]T, size), mask: uint64(size - 1)}, nil
}

// Room reports, to the writer, that n more fit.
func (r *Ring[T]) Room(n int) bool {
	h := r.head.Load()
	if h-r.seen+uint64(n) <= uint64(len(r.slots)) {
		return true
	}
	r.seen = r.tail.Load()
	return h-r.seen+uint64(n) <= uint64(len(r.slots))
}

// Push hands a thing over: it is the reader's then. False: the ring is full, and
// it stays the caller's.
func (r *Ring[T]) Push(s *T) bool {
	if !r.Room(1) {
		return false
	}
	h := r.head.Load()
	r.slots[h&r.mask] = *s
	r.head.Store(h + 1)
	return true
}

// Take copies up to len(to) things out of the ring. They keep their places
// until Release, so that an empty ring means that nothing is under way.
func (r *Ring[T]) Take(to []T) int {
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

// Release gives up the places of the n things that were taken first.
func (r *Ring[T]) Release(n int) { r.tail.Store(r.tail.Load() + uint64(n)) }

// Len is the number of things in the ring, exact when both sides rest.
func (r *Ring[T]) Len() int { return int(r.head.Load() - r.tail.Load()) }
