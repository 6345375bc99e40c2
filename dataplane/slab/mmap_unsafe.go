package slab

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Map returns n octets of zeroed memory outside the Go heap, page aligned and
// backed by huge pages where the system has transparent ones. Errors name the
// size asked for.
func Map(n int) ([]byte, error) {
	if n <= 0 {
		n = os.Getpagesize()
	}
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	if n >= 2<<20 {
		// Only advice: a table in 4 KiB pages is right, just slower.
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	}
	remember(b)
	return b, nil
}

// mincore says of each page of a mapping whether it is in memory.
func mincore(b, vec []byte) error {
	if len(b) == 0 {
		return nil
	}
	_, _, e := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), uintptr(unsafe.Pointer(&vec[0])))
	if e != 0 {
		return e
	}
	return nil
}

// Warm takes the memory of the first n octets of a mapping (all of it for less
// than 0) from the system now, so that no packet waits for it later.
func Warm(b []byte, n int) {
	if n < 0 || n > len(b) {
		n = len(b)
	}
	page := os.Getpagesize()
	if n = (n + page - 1) &^ (page - 1); n == 0 || n > len(b) {
		return
	}
	if unix.Madvise(b[:n], unix.MADV_POPULATE_WRITE) == nil {
		return
	}
	// An old kernel (before 5.14): write to each page what stands there.
	for i := 0; i < n; i += page {
		p := (*uint8)(unsafe.Pointer(&b[i]))
		*p = *p | 0
	}
}

// WarmSlice is Warm for the first n elements of a slice of the Go heap, which is
// asked to be backed by huge pages, all of it. What shares pages with something else
// is left alone.
func WarmSlice[T any](s []T, n int) {
	page := uintptr(os.Getpagesize())
	from := (uintptr(unsafe.Pointer(unsafe.SliceData(s))) + page - 1) &^ (page - 1)
	within := func(n int) []byte {
		to := (uintptr(unsafe.Pointer(unsafe.SliceData(s))) + uintptr(n)*unsafe.Sizeof(*new(T))) &^ (page - 1)
		if to <= from {
			return nil
		}
		return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), from-uintptr(unsafe.Pointer(unsafe.SliceData(s))))), to-from)
	}
	if all := within(len(s)); len(all) >= 2<<20 {
		_ = unix.Madvise(all, unix.MADV_HUGEPAGE) // only advice
	}
	if b := within(min(n, len(s))); b != nil {
		_ = unix.Madvise(b, unix.MADV_POPULATE_WRITE)
	}
}

// Unmap gives memory from Map back to the system.
func Unmap(b []byte) error {
	if b == nil {
		return nil
	}
	forget(b)
	return unix.Munmap(b)
}

// records views mapped memory as n records of T. T must hold no pointers.
func records[T any](b []byte, n int) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// sizeOf is the size of T in octets.
func sizeOf[T any]() int {
	var t T
	return int(unsafe.Sizeof(t))
}

// AddressOf is where a slice starts: for comparing with a mapping's range, and for
// C where b is mapped.
func AddressOf(b []byte) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))
}
