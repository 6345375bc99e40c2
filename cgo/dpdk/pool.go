package dpdk

// #cgo noescape weir_alloc_burst
// #cgo nocallback weir_alloc_burst
// #cgo noescape weir_copy_burst
// #cgo nocallback weir_copy_burst
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

const (
	// Headroom is what lies before the frame in every mbuf.
	Headroom = 128
	// MaxDataRoom is the longest frame that one segment holds.
	MaxDataRoom = 65535 - Headroom
	// MaxPoolCache is the largest per-lcore cache of a pool.
	MaxPoolCache = 512
	// AnySocket lets DPDK choose the NUMA node.
	AnySocket = -1
)

// Pool is a mempool of mbufs on one NUMA node. Any thread may use it; one that
// called RegisterThread has a cache of its own in it.
type Pool struct {
	h    uintptr
	n    int
	room int
}

// NewPool makes n mbufs whose one segment holds frames of up to dataRoom
// octets, with a cache of cache mbufs for each lcore. n of 2^k-1 wastes least.
func NewPool(name string, n, cache, dataRoom, socket int) (*Pool, error) {
	var errs []error
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("dpdk: pool %s: "+format, append([]any{name}, a...)...))
	}
	if name == "" || len(name) > 25 {
		bad("the name has %d octets, 1 to 25 are possible", len(name))
	}
	if n < 1 || n > 1<<28 {
		bad("%d mbufs", n)
	}
	if cache < 0 || cache > MaxPoolCache || 3*cache > 2*n {
		bad("a cache of %d does not go with %d mbufs: at most %d and two thirds of them", cache, n, MaxPoolCache)
	}
	if dataRoom < 0 || dataRoom > MaxDataRoom {
		bad("frames of %d octets, at most %d fit a segment", dataRoom, MaxDataRoom)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	TakeLog()
	cn := C.CString(name)
	defer C.free(unsafe.Pointer(cn))
	var code C.int
	h := C.weir_pool_create(cn, C.uint32_t(n), C.uint32_t(cache), C.uint16_t(dataRoom+Headroom), C.int(socket), &code)
	if h == 0 {
		what := fmt.Sprintf("pool %s of %d mbufs of %d octets (%d MB)", name, n, dataRoom, PoolBytes(n, dataRoom)>>20)
		return nil, explain(what, Errno(-code), TakeLog())
	}
	return &Pool{h: uintptr(h), n: n, room: dataRoom}, nil
}

// PoolBytes is the memory that a pool of n mbufs for frames of dataRoom
// octets takes, its ring and headers included. Needs no EAL.
func PoolBytes(n, dataRoom int) int64 {
	ring := 8 * int64(nextPow2(n+1))
	return int64(n)*int64(C.weir_pool_object_size(C.uint32_t(dataRoom+Headroom))) + ring
}

func nextPow2(n int) int {
	p := 1
	for p < n {
		p <<= 1
	}
	return p
}

// Close gives the pool's memory back. Every port that uses it is closed and
// every mbuf of it freed before.
func (p *Pool) Close() error {
	if p.h != 0 {
		C.weir_pool_free(C.uintptr_t(p.h))
		p.h = 0
	}
	return nil
}

// Size is the number of mbufs and DataRoom the octets of frame in one segment.
func (p *Pool) Size() int     { return p.n }
func (p *Pool) DataRoom() int { return p.room }

// Available counts the mbufs that can be had, and InUse those that are out:
// held by the caller or by a port's descriptors. Both walk all lcore caches;
// not for every burst.
func (p *Pool) Available() int { return int(C.weir_pool_avail(C.uintptr_t(p.h))) }
func (p *Pool) InUse() int     { return int(C.weir_pool_in_use(C.uintptr_t(p.h))) }

// AllocBurst takes len(m) mbufs, all or none, and writes the address of each
// one's room for DataRoom octets to addr, which is as long. It returns len(m)
// or 0.
func (p *Pool) AllocBurst(m []Mbuf, addr []uintptr) int {
	if len(m) == 0 {
		return 0
	}
	_ = addr[len(m)-1]
	return int(C.weir_alloc_burst(C.uintptr_t(p.h), handles(m), (*C.uintptr_t)(unsafe.Pointer(&addr[0])), C.uint32_t(len(m))))
}

// CopyBurst copies frames that lie outside Go's heap (src addresses, len
// octets each, at most BurstSize) into fresh mbufs and fills b with them as
// RxBurst does, port as given. Timestamp, WireLen are the caller's to set. All
// or none: it returns 0 when the pool has too few. A frame longer than
// DataRoom is read where it lies (FlagSpilled).
func (p *Pool) CopyBurst(b *Burst, port PortID, src []uintptr, lens []uint32) int {
	if len(src) == 0 {
		b.N = 0
		return 0
	}
	_ = lens[len(src)-1]
	return int(C.weir_copy_burst(C.uintptr_t(p.h), b.c(), C.uint16_t(port),
		(*C.uintptr_t)(unsafe.Pointer(&src[0])), (*C.uint32_t)(unsafe.Pointer(&lens[0])), C.uint32_t(len(src))))
}
