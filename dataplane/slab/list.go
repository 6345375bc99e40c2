package slab

// List is a free list of Go structs that are used again and again: what parsers
// keep of flows and transactions. It makes Max of them at most, out of blocks, so
// that one that is new costs no allocation of its own.
//
// Concurrency: one worker.
type List[T any] struct {
	Max int
	// Refused counts those for which there was no place.
	Refused uint64
	free    []*T
	room    []T // zero, never given out
	made    int
}

// blockSize is about how many octets a block has that was not reserved.
const blockSize = 16 << 10

// Reserve makes room for n structs now, so that no later Take or Put allocates
// until n are in use at a time. Pages of it that are never used are never touched.
func (l *List[T]) Reserve(n int) {
	n = min(n, l.Max) - l.made
	if n <= len(l.room) {
		return
	}
	l.room = make([]T, n)
	l.free = append(make([]*T, 0, l.made+n), l.free...)
}

// Take is a struct that was put back, or a new one, which fresh (if there is one)
// makes ready; nil when Max are in use.
func (l *List[T]) Take(fresh func(*T)) *T {
	if n := len(l.free); n > 0 {
		t := l.free[n-1]
		l.free = l.free[:n-1]
		return t
	}
	if l.made >= l.Max {
		l.Refused++
		return nil
	}
	if len(l.room) == 0 {
		l.room = make([]T, min(max(blockSize/max(sizeOf[T](), 1), 1), l.Max-l.made))
	}
	t := &l.room[0]
	l.room = l.room[1:]
	l.made++
	if fresh != nil {
		fresh(t)
	}
	return t
}

// Put takes one back; the caller has emptied it.
func (l *List[T]) Put(t *T) { l.free = append(l.free, t) }
