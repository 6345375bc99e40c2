package slab

// List is a free list of Go structs that are used again and again: what parsers
// keep of transactions. It makes Max of them at most.
//
// Concurrency: one worker.
type List[T any] struct {
	Max int
	// Refused counts those for which there was no place.
	Refused uint64
	free    []*T
	made    int
}

// Get is a struct that was put back, or one that make makes; nil when Max are in
// use.
func (l *List[T]) Get(make func() *T) *T {
	if n := len(l.free); n > 0 {
		t := l.free[n-1]
		l.free = l.free[:n-1]
		return t
	}
	if l.made == l.Max {
		l.Refused++
		return nil
	}
	l.made++
	return make()
}

// Put takes one back; the caller has emptied it.
func (l *List[T]) Put(t *T) { l.free = append(l.free, t) }
