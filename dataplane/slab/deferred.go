package slab

// Deferred gives slices back later: octets that a batch of packets still points
// to must not be handed out again before the batch was judged.
//
// Flush is called between batches. Without it, what was put stays taken.
type Deferred struct {
	*Bytes
	list [][]byte
}

// NewDeferred wraps an allocator.
func NewDeferred(b *Bytes) *Deferred { return &Deferred{Bytes: b, list: make([][]byte, 0, 1024)} }

// Later puts s back at the next Flush.
func (d *Deferred) Later(s []byte) {
	if cap(s) > 0 {
		d.list = append(d.list, s)
	}
}

// Append is Bytes.Append, but a slice that was moved stays readable until Flush.
func (d *Deferred) Append(s, data []byte) (out []byte, ok bool) {
	n := len(s) + len(data)
	if n <= cap(s) {
		return append(s, data...), true
	}
	bigger := d.Get(n)
	if bigger == nil {
		return s, false
	}
	bigger = append(append(bigger, s...), data...)
	d.Later(s)
	return bigger, true
}

// Flush puts back everything that was put since the last one.
func (d *Deferred) Flush() {
	for i, s := range d.list {
		d.Put(s)
		d.list[i] = nil
	}
	d.list = d.list[:0]
}
