package arena

// #include <errno.h>
// #include <sys/mman.h>
// #include "arena.h"
// static int warena_map(size_t size, uintptr_t *out)
// {
// 	void *m = mmap(NULL, size, PROT_READ | PROT_WRITE,
// 		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
// 	if (m == MAP_FAILED)
// 		return errno;
// 	warena *a = m;
// 	a->base = (char *)m + (sizeof(*a) + 15) / 16 * 16;
// 	a->end = (char *)m + size;
// 	warena_reset(a);
// 	*out = (uintptr_t)m;
// 	return 0;
// }
// static void warena_unmap(uintptr_t a, size_t size) { munmap((void *)a, size); }
// static void warena_reset_at(uintptr_t a) { warena_reset((warena *)a); }
// static uintptr_t warena_alloc_at(uintptr_t a, size_t n) { return (uintptr_t)warena_alloc((warena *)a, n); }
// static uintptr_t warena_realloc_at(uintptr_t a, uintptr_t p, size_t n) { return (uintptr_t)warena_realloc((warena *)a, (void *)p, n); }
// static void warena_free_at(uintptr_t a, uintptr_t p) { warena_free((warena *)a, (void *)p); }
// static size_t warena_used(uintptr_t a) { return (size_t)(((warena *)a)->bump - ((warena *)a)->base); }
// static uint64_t warena_refused(uintptr_t a) { return ((warena *)a)->refused; }
import "C"

import (
	"fmt"
	"syscall"
)

// Overhead is what the arena's own records take of the size given to New;
// each block takes 16 octets more, and up to a quarter for its size class.
const Overhead = (int(C.sizeof_warena) + 15) / 16 * 16

// Arena is a region of fixed size outside the Go heap.
type Arena struct {
	handle uintptr
	size   int
}

// New maps a region of size octets, Overhead included. Pages count as used
// from their first touch.
func New(size int) (*Arena, error) {
	if size < Overhead+4096 {
		return nil, fmt.Errorf("arena: %d octets are too few, at least %d are needed", size, Overhead+4096)
	}
	var h C.uintptr_t
	if errno := C.warena_map(C.size_t(size), &h); errno != 0 {
		return nil, fmt.Errorf("arena: mapping %d octets: %w", size, syscall.Errno(errno))
	}
	return &Arena{uintptr(h), size}, nil
}

// Handle is the number that C code is given: a warena *. 0 after Close.
func (a *Arena) Handle() uintptr { return a.handle }

// Used is how many octets were ever handed out since New or Reset.
func (a *Arena) Used() int { return int(C.warena_used(C.uintptr_t(a.handle))) }

// Refused counts allocations that did not fit, since New.
func (a *Arena) Refused() uint64 { return uint64(C.warena_refused(C.uintptr_t(a.handle))) }

// Reset takes all blocks back. Nothing may use them any more.
func (a *Arena) Reset() { C.warena_reset_at(C.uintptr_t(a.handle)) }

// Close unmaps the region.
func (a *Arena) Close() {
	if a.handle != 0 {
		C.warena_unmap(C.uintptr_t(a.handle), C.size_t(a.size))
		a.handle = 0
	}
}

func (a *Arena) alloc(n int) uintptr {
	return uintptr(C.warena_alloc_at(C.uintptr_t(a.handle), C.size_t(n)))
}

func (a *Arena) realloc(p uintptr, n int) uintptr {
	return uintptr(C.warena_realloc_at(C.uintptr_t(a.handle), C.uintptr_t(p), C.size_t(n)))
}

func (a *Arena) free(p uintptr) {
	C.warena_free_at(C.uintptr_t(a.handle), C.uintptr_t(p))
}

func classSize(n int) int {
	return int(C.warena_class_size(C.warena_class(C.size_t(n))))
}
