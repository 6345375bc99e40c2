package sketch

import (
	"fmt"
	"unsafe"
)

// Align is the alignment of everything an Arena hands out: a cache line, so
// that what one worker writes never shares a line with what another reads.
const Align = 64

// Arena hands out aligned pieces of memory that the caller owns (off-heap:
// mmap, hugepages, a memfd). With no memory it only measures, so that the same
// constructor says how much it needs.
type Arena struct {
	mem  []byte
	used int
}

// NewArena hands out pieces of mem, which must be zero (fresh from mmap).
func NewArena(mem []byte) *Arena { return &Arena{mem: mem} }

// Used returns the octets handed out, or asked for when only measuring.
func (a *Arena) Used() int { return a.used }

// Measuring says that the arena has no memory and only counts.
func (a *Arena) Measuring() bool { return a.mem == nil }

// Err says how much is missing, nil when everything fitted.
func (a *Arena) Err() error {
	if a.mem != nil && a.used > len(a.mem) {
		return fmt.Errorf("arena of %d octets is too small: %d needed", len(a.mem), a.used)
	}
	return nil
}

// Bytes takes n octets; nil when measuring or exhausted (Err tells which).
func (a *Arena) Bytes(n int) []byte {
	if a.mem != nil && a.used == 0 && len(a.mem) > 0 {
		// Only the start can be misaligned: all pieces are multiples.
		a.used = int(-uintptr(unsafe.Pointer(&a.mem[0])) & (Align - 1))
	}
	n = max(n, 0)
	start := a.used
	a.used += (n + Align - 1) &^ (Align - 1)
	if a.mem == nil || a.used > len(a.mem) {
		return nil
	}
	return a.mem[start : start+n : start+n]
}

// Take carves n values of T out of the arena; nil when measuring or exhausted.
// T must hold no pointers: the collector does not look there.
func Take[T any](a *Arena, n int) []T {
	var t T
	b := a.Bytes(n * int(unsafe.Sizeof(t)))
	if b == nil || n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

// Octets returns the memory under a slice of pointer-free values, for copying
// a generation as a whole.
func Octets[T any](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	var t T
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(t)))
}

// words views octets as 64-bit words; b is Align-aligned and a multiple of 8.
func words(b []byte) []uint64 {
	if len(b) < 8 {
		return nil
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(&b[0])), len(b)/8)
}
