package state

import "sync/atomic"

// bitmap is a set of ports. While it is free its first word leads to the next
// free one.
type bitmap struct {
	next atomic.Uint64
	_    [56]byte
	word [1024]uint64
}

// takePorts hands out an empty set, 1-based, or 0 when all are in use.
func (t *Tables) takePorts() uint32 {
	h := t.h
	for {
		f := h.freePorts.Load()
		i := uint32(f)
		if i == 0 || int(i) > len(t.ports) {
			break
		}
		// The upper half counts changes, so that a list that looks the same but is
		// not is told apart.
		if h.freePorts.CompareAndSwap(f, (f>>32+1)<<32|t.ports[i-1].next.Load()) {
			t.ports[i-1].word = [1024]uint64{}
			return i
		}
	}
	for {
		n := h.nextPorts.Load()
		if n >= uint64(len(t.ports)) {
			h.counters[PortSetsFull].Add(1)
			return 0
		}
		if h.nextPorts.CompareAndSwap(n, n+1) {
			return uint32(n + 1)
		}
	}
}

// givePorts takes a set back.
func (t *Tables) givePorts(i uint32) {
	if i == 0 || int(i) > len(t.ports) {
		return
	}
	for {
		f := t.h.freePorts.Load()
		t.ports[i-1].next.Store(uint64(uint32(f)))
		if t.h.freePorts.CompareAndSwap(f, (f>>32+1)<<32|uint64(i)) {
			return
		}
	}
}

// addPort puts a port into a set and reports whether it is new there.
func (t *Tables) addPort(set uint32, port uint16) bool {
	w, bit := &t.ports[set-1].word[port>>6], uint64(1)<<(port&63)
	if *w&bit != 0 {
		return false
	}
	*w |= bit
	return true
}
