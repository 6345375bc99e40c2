package state

import "unsafe"

const (
	headSize   = 4096
	bucketSize = int(unsafe.Sizeof(bucket{}))
	bitmapSize = int(unsafe.Sizeof(bitmap{}))
)

// viewHead views the first page of the memory.
func viewHead(mem []byte) *head { return (*head)(unsafe.Pointer(unsafe.SliceData(mem))) }

// viewRecords views n records of T from octet off on; the caller has checked
// that they lie inside and off is a multiple of 64.
func viewRecords[T any](mem []byte, off, n int) []T {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(mem[off:]))), n)
}

// words views a key as the numbers it is hashed by: it has no gaps.
func (k *key) words() *[6]uint64 { return (*[6]uint64)(unsafe.Pointer(k)) }

// The layout is part of what two processes share: these do not compile when it
// changes.
var (
	_ = [1]byte{}[unsafe.Sizeof(key{})-48]
	_ = [1]byte{}[unsafe.Sizeof(entry{})-96]
	_ = [1]byte{}[unsafe.Sizeof(bucket{})-832]
	_ = [1]byte{}[unsafe.Sizeof(head{})>>12]
)
