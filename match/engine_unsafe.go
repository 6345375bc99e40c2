package match

import "unsafe"

// addressOf is where data starts, for the matcher's job; data lies outside the
// Go heap.
func addressOf(data []byte) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(data)))
}
