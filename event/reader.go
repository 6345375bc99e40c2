package event

import "sync/atomic"

// Record is one event as the reader sees it. Head is a copy; Body points into
// the ring and is valid until Release.
type Record struct {
	Head Head
	Body []byte
}

// Reader is the reading end: control. It never trusts the ring: cursors and
// lengths that cannot be are counted (Resyncs, Skipped), and reading goes on at
// the writer's cursor.
//
// Concurrency: one goroutine at a time.
type Reader struct {
	ring
	at               uint64 // next record to return
	last             uint64 // the record returned last
	resyncs, skipped *atomic.Uint64
}

// NewReader opens the reading end. It starts at the first record that no reader
// released, so a successor sees again what a dead one had not finished.
func NewReader(mem []byte) (*Reader, error) {
	r, err := openRing(mem)
	if err != nil {
		return nil, err
	}
	return &Reader{
		ring: r, at: r.read.Load(), last: r.read.Load(),
		resyncs: word(mem, offResync), skipped: word(mem, offSkipped),
	}, nil
}

// Next returns the next record. More than one may be taken before Release.
func (r *Reader) Next(rec *Record) bool {
	w := r.write.Load()
	if w == r.at {
		return false
	}
	avail := w - r.at
	off := r.at & (r.size - 1)
	// The cursors: both on multiples of 8, the distance at most the ring.
	if avail > r.size || (w|r.at)&7 != 0 || avail < HeadSize && off+avail != r.size {
		return r.resync(w)
	}
	b := r.data[off : off+MaxRecord]
	rec.Head = *headAt(b)
	n := int(rec.Head.Len)
	if n < HeadSize || n > MaxRecord {
		return r.resync(w)
	}
	next := r.after(r.at, n)
	if next-r.at > avail {
		return r.resync(w)
	}
	rec.Body = b[HeadSize:n:n]
	r.last = r.at
	r.at = next
	return true
}

// resync gives up what lies between the cursors.
func (r *Reader) resync(w uint64) bool {
	w &^= 7
	if d := w - r.at; d <= r.size {
		r.skipped.Store(r.skipped.Load() + d)
	}
	r.resyncs.Store(r.resyncs.Load() + 1)
	r.at, r.last = w, w
	r.read.Store(w)
	return false
}

// Release gives the octets of all records returned so far back to the writer.
func (r *Reader) Release() { r.read.Store(r.at) }

// ReleaseOthers gives back all records but the one returned last, for a reader
// that holds one per ring to merge them by time.
func (r *Reader) ReleaseOthers() { r.read.Store(r.last) }

// Pending reports the octets that wait to be read.
func (r *Reader) Pending() uint64 {
	if d := r.write.Load() - r.at; d <= r.size {
		return d
	}
	return 0
}

// Counters reads the ring's counters.
func (r *Reader) Counters() Counters { return r.counters() }
