package file

import (
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxWindow is the most octets that a window holds: the allocator's largest
// slice.
const maxWindow = 1 << 20

// Window is a body as it streams by: its last octets in one run, and where they
// stand. What was there at Begin may be dropped when more comes, down to a
// margin that lets patterns match across the cut; what came since stays.
type Window struct {
	buf   []byte
	start uint64
	seen  uint64 // end at the last Begin
	done  bool
	gap   bool
}

// Begin says that everything so far was offered to detection.
func (w *Window) Begin() { w.seen = w.End() }

// End is the number of octets so far, missing ones included.
func (w *Window) End() uint64 { return w.start + uint64(len(w.buf)) }

// Append adds octets; false when there is no memory. keep is how many old octets
// must stay.
func (w *Window) Append(m *slab.Deferred, data []byte, keep int) bool {
	for len(data) > 0 {
		n := len(data)
		if len(w.buf)+n > 2*keep {
			w.slide(m, keep, min(n, maxWindow/2))
		}
		n = min(n, maxWindow-len(w.buf))
		if n == 0 {
			// More than a window came since Begin: the oldest half goes.
			if !w.drop(m, len(w.buf)-maxWindow/2, 0) {
				return false
			}
			w.seen = max(w.seen, w.start)
			continue
		}
		out, ok := m.Append(w.buf, data[:n])
		if !ok {
			return false
		}
		w.buf = out
		data = data[n:]
	}
	return true
}

// slide drops octets that lie more than keep before the last Begin, into a new
// slice, as the old one may still be looked at.
func (w *Window) slide(m *slab.Deferred, keep, room int) bool {
	n := int(w.seen-w.start) - keep
	if n <= 0 {
		return true
	}
	return w.drop(m, min(n, len(w.buf)), room)
}

// drop moves what stands behind the first n octets into a slice with room for more.
func (w *Window) drop(m *slab.Deferred, n, room int) bool {
	rest := w.buf[n:]
	moved := m.Get(min(len(rest)+room, maxWindow))
	if moved == nil {
		return false
	}
	moved = append(moved, rest...)
	m.Later(w.buf)
	w.buf = moved
	w.start += uint64(n)
	return true
}

// Gap notes that n octets are missing: what follows does not join what was.
func (w *Window) Gap(m *slab.Deferred, n uint64) {
	w.start = w.End() + n
	m.Later(w.buf)
	w.buf = nil
	w.seen = w.start
	w.gap = true
}

// Close says that nothing follows.
func (w *Window) Close() { w.done = true }

// Closed reports whether Close was called.
func (w *Window) Closed() bool { return w.done }

// Data are the octets at hand.
func (w *Window) Data() []byte { return w.buf }

// View is the window for detection. A body that ended without octets is None.
func (w *Window) View() input.View {
	if len(w.buf) == 0 {
		if !w.done {
			return input.View{Avail: input.Wait}
		}
		if w.start == 0 {
			return input.View{Avail: input.None}
		}
	}
	v := input.View{Data: w.buf, Start: w.start, First: w.start == 0, Avail: input.More}
	if w.done {
		v.Avail, v.Last = input.Done, true
	}
	return v
}

// Release gives the memory back and empties the window.
func (w *Window) Release(m *slab.Deferred) {
	m.Put(w.buf)
	*w = Window{}
}
