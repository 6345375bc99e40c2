package dataset

import "unsafe"

const (
	headSize   = 8192
	bucketSize = int(unsafe.Sizeof(bucket{}))
	blockSize  = int(unsafe.Sizeof(block{}))
)

func viewHead(mem []byte) *head { return (*head)(unsafe.Pointer(unsafe.SliceData(mem))) }

// view views n records of T from octet off on; the caller has checked that they
// lie inside and off is a multiple of 64.
func view[T any](mem []byte, off, n int) []T {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(mem[off:]))), n)
}

// The layout is part of what two processes share: these do not compile when it
// changes.
var (
	_ = [1]byte{}[unsafe.Sizeof(block{})-64]
	_ = [1]byte{}[unsafe.Sizeof(bucket{})-512]
	_ = [1]byte{}[unsafe.Sizeof(head{})>>13]
)
