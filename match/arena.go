package match

// Arena hands out octets of a fixed run of memory until it is reset: what
// transforms make of buffers lives here until the batch is judged.
type Arena struct {
	mem  []byte
	used int
	// Full counts requests that did not fit.
	Full uint64
}

// NewArena uses mem, which must lie outside the Go heap because the matcher
// reads what stands in it.
func NewArena(mem []byte) *Arena { return &Arena{mem: mem} }

// Get returns n octets, or nil when there is no room.
func (a *Arena) Get(n int) []byte {
	if n < 0 || n > len(a.mem)-a.used {
		a.Full++
		return nil
	}
	b := a.mem[a.used : a.used+n : a.used+n]
	a.used += (n + 7) &^ 7
	if a.used > len(a.mem) {
		a.used = len(a.mem)
	}
	return b
}

// Reset takes everything back.
func (a *Arena) Reset() { a.used = 0 }
