package slab

import "unsafe"

// lineSize is the size of a cache line.
const lineSize = 64

// Lines collects cache lines that will be needed soon, so that fetching them
// overlaps: a load stalls what stands behind it, a prefetch does not.
type Lines struct {
	addr [MaxLines]uintptr
	n    int
}

// MaxLines is the most lines that are collected before Fetch; more are left out.
const MaxLines = 256

// Add notes the first lines of the record at p, n octets long.
func Add[T any](l *Lines, p *T, n int) {
	at := uintptr(unsafe.Pointer(p))
	for ; n > 0 && l.n < MaxLines; n -= lineSize {
		l.addr[l.n] = at
		l.n++
		at += lineSize
	}
}

// Fetch asks for what was collected, and forgets it. Nothing is read: a stale
// address does no harm.
func (l *Lines) Fetch() {
	prefetch(&l.addr[0], l.n)
	l.n = 0
}
