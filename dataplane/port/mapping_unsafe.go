package port

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapFile maps a file for reading, front to back. Writes stay in this process:
// a packet longer than a segment is inspected, and perhaps normalised, here.
func mapFile(f *os.File, size int) ([]byte, error) {
	b, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	if err == nil {
		_ = unix.Madvise(b, unix.MADV_SEQUENTIAL)
	}
	return b, err
}

// mapArea is memory outside Go's heap, zeroed and taken page by page when
// touched.
func mapArea(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
}

func unmap(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	return unix.Munmap(b)
}

// addressOf is where b lies; b is mapped memory, which Go does not move.
func addressOf(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }
