package match

import "unsafe"

// addressOf is where data starts, for the matcher's job; data lies outside the
// Go heap.
func addressOf(data []byte) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(data)))
}

// stringOf views octets as a string, for functions that keep nothing of it.
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesOf views a string as octets, for functions that change nothing.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
