package event

import (
	"sync/atomic"
	"unsafe"
)

// headAt overlays a Head on ring memory. Records start on multiples of 8, which
// is Head's alignment; the caller checked that HeadSize octets are there.
func headAt(b []byte) *Head {
	_ = b[HeadSize-1]
	return (*Head)(unsafe.Pointer(&b[0]))
}

// word overlays an atomic word on shared memory at an offset that is a multiple
// of 8.
func word(b []byte, off int) *atomic.Uint64 {
	_ = b[off+7]
	return (*atomic.Uint64)(unsafe.Pointer(&b[off]))
}

// words overlays a slice of n words on shared memory.
func words(b []byte, n int) []uint64 {
	_ = b[8*n-1]
	return unsafe.Slice((*uint64)(unsafe.Pointer(&b[0])), n)
}

// aligned reports whether b starts on a multiple of 8.
func aligned(b []byte) bool {
	return len(b) > 0 && uintptr(unsafe.Pointer(&b[0]))%8 == 0
}

// A compile-time check: HeadSize is the size of a Head.
var _ [HeadSize]byte = [unsafe.Sizeof(Head{})]byte{}
