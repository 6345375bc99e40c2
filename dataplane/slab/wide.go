package slab

// Wide lends room to slices that outgrew their owner's own, and takes it back: an
// owner that is used again and again would else allocate each time that another
// of its kind meets a long list.
//
// Concurrency: one worker.
type Wide[T any] struct {
	// Max is how many elements a lent slice has room for.
	Max  int
	free [][]T
}

// Append is append for a list of at most Max elements.
func (w *Wide[T]) Append(s []T, v T) []T {
	if len(s) == cap(s) && len(s) < w.Max {
		var room []T
		if n := len(w.free); n > 0 {
			room = w.free[n-1]
			w.free = w.free[:n-1]
		} else {
			room = make([]T, 0, w.Max)
		}
		s = append(room, s...)
	}
	return append(s, v)
}

// Back is the owner's empty own room, after what was lent in its place was taken
// back.
func (w *Wide[T]) Back(s, own []T) []T {
	if cap(s) > cap(own) && cap(s) >= w.Max {
		w.free = append(w.free, s[:0])
	}
	return own[:0]
}
