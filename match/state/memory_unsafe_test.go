package state

import "unsafe"

// bytesOf views records as octets.
func bytesOf(b []bucket) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b))), len(b)*bucketSize)
}
