package engine

import (
	"sync/atomic"

	"github.com/weir-ips/weir/anomaly"
)

// mailbox carries commands of fixed size to a lane, which looks into it once a
// loop. One writer (commands are carried out one after the other), one reader.
type mailbox struct {
	slots [mailboxSize]anomaly.Command
	_     [64]byte
	head  atomic.Uint64 // next to write
	_     [64]byte
	tail  atomic.Uint64 // next to read
	_     [64]byte
}

const mailboxSize = 256

// put hands a command over; false when the lane is too far behind.
func (m *mailbox) put(c anomaly.Command) bool {
	h := m.head.Load()
	if h-m.tail.Load() >= mailboxSize {
		return false
	}
	m.slots[h%mailboxSize] = c
	m.head.Store(h + 1)
	return true
}

// take copies the next command out.
func (m *mailbox) take(c *anomaly.Command) bool {
	t := m.tail.Load()
	if m.head.Load() == t {
		return false
	}
	*c = m.slots[t%mailboxSize]
	m.tail.Store(t + 1)
	return true
}
