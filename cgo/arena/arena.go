package arena

// #include <errno.h>
// #include <sys/mman.h>
// #define WARENA_EDITION 2
// #include "arena.h"
// typedef struct { uintptr_t at; int err; } warena_mapped;
// static warena_mapped warena_map(size_t size)
// {
// 	void *m = mmap(NULL, size, PROT_READ | PROT_WRITE,
// 		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
// 	if (m == MAP_FAILED)
// 		return (warena_mapped){0, errno};
// 	warena *a = m;
// 	a->base = (char *)m + (sizeof(*a) + 15) / 16 * 16;
// 	a->end = (char *)m + size / 16 * 16;
// 	warena_reset(a);
// 	return (warena_mapped){(uintptr_t)m, 0};
// }
// static void warena_unmap(uintptr_t a, size_t size) { munmap((void *)a, size); }
// static void warena_reset_at(uintptr_t a) { warena_reset((warena *)a); }
// static uintptr_t warena_alloc_at(uintptr_t a, size_t n) { return (uintptr_t)warena_alloc((warena *)a, n); }
// static uintptr_t warena_realloc_at(uintptr_t a, uintptr_t p, size_t n) { return (uintptr_t)warena_realloc((warena *)a, (void *)p, n); }
// static void warena_free_at(uintptr_t a, uintptr_t p) { warena_free((warena *)a, (void *)p); }
// static size_t warena_used(uintptr_t a) { return ((warena *)a)->used; }
// static int warena_check(uintptr_t p)
// {
// 	warena *a = (warena *)p;
// 	warena_block *last = (warena_block *)(a->end - WARENA_HEAD);
// 	size_t before = 0, used = 0;
// 	int was_free = 0;
// 	for (warena_block *b = (warena_block *)a->base; b != last; b = warena_after(b)) {
// 		if (b > last || b->prev_size != before || warena_size(b) < 16 || warena_size(b) % 16 != 0)
// 			return 1;
// 		if (warena_is_free(b) && was_free)
// 			return 2;
// 		was_free = warena_is_free(b);
// 		before = warena_size(b);
// 		if (!was_free)
// 			used += WARENA_HEAD + warena_size(b);
// 	}
// 	return last->prev_size == before && last->size == 0 && used == a->used ? 0 : 3;
// }
// static uint64_t warena_refused(uintptr_t a) { return ((warena *)a)->refused; }
import "C"

import (
	"fmt"
	"syscall"
)

// Overhead is what the arena's own records take of the size given to New;
// each block is rounded up to 16 octets and takes 16 more.
const Overhead = (int(C.sizeof_warena) + 15) / 16 * 16

const maxSize = 1 << 40 // what the lists are made for

// Arena is a region of fixed size outside the Go heap.
type Arena struct {
	handle uintptr
	size   int
}

// New maps a region of size octets, Overhead included. Pages count as used
// from their first touch.
func New(size int) (*Arena, error) {
	a := new(Arena)
	if err := a.Map(size); err != nil {
		return nil, err
	}
	return a, nil
}

// Map is New for an arena that lies in something else.
func (a *Arena) Map(size int) error {
	if size < Overhead+4096 || size > maxSize {
		return fmt.Errorf("arena: %d octets are not between %d and %d", size, Overhead+4096, maxSize)
	}
	m := C.warena_map(C.size_t(size))
	if m.err != 0 {
		return fmt.Errorf("arena: mapping %d octets: %w", size, syscall.Errno(m.err))
	}
	a.handle, a.size = uintptr(m.at), size
	return nil
}

// Handle is the number that C code is given: a warena *. 0 after Close.
func (a *Arena) Handle() uintptr { return a.handle }

// Used is how many octets the live blocks take.
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

// check walks all blocks and tells what is wrong with them, or 0.
func (a *Arena) check() int { return int(C.warena_check(C.uintptr_t(a.handle))) }
