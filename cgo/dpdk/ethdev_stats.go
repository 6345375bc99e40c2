package dpdk

// #cgo noescape weir_port_stats
// #cgo nocallback weir_port_stats
// #include "shim.h"
import "C"

import (
	"bytes"
	"unsafe"
)

// Stats are a port's counters since it started.
type Stats struct {
	RxPackets, RxBytes uint64
	RxMissed           uint64 // the queue was full
	RxErrors           uint64
	RxNoMbuf           uint64 // the pool was empty
	TxPackets, TxBytes uint64
	TxErrors           uint64
}

// Stats reads the counters.
func (p PortID) Stats() (Stats, error) {
	var v [8]C.uint64_t
	if code := C.weir_port_stats(C.uint16_t(p), &v[0]); code < 0 {
		return Stats{}, p.fail("stats", code)
	}
	return Stats{
		RxPackets: uint64(v[0]), RxBytes: uint64(v[1]), RxMissed: uint64(v[2]), RxErrors: uint64(v[3]),
		RxNoMbuf: uint64(v[4]), TxPackets: uint64(v[5]), TxBytes: uint64(v[6]), TxErrors: uint64(v[7]),
	}, nil
}

// xstatNameSize is RTE_ETH_XSTATS_NAME_SIZE.
const xstatNameSize = 64

// XstatNames reads the names of the port's extended counters, once after
// Configure; XstatValues fills their values in the same order.
func (p PortID) XstatNames() ([]string, error) {
	n := C.weir_port_xstat_count(C.uint16_t(p))
	if n < 0 {
		return nil, p.fail("xstats", n)
	}
	if n == 0 {
		return nil, nil
	}
	buf := make([]byte, int(n)*xstatNameSize)
	got := C.weir_port_xstat_names(C.uint16_t(p), (*C.char)(unsafe.Pointer(&buf[0])), C.uint32_t(n))
	if got < 0 {
		return nil, p.fail("xstats", got)
	}
	names := make([]string, min(int(got), int(n)))
	for i := range names {
		b := buf[i*xstatNameSize : (i+1)*xstatNameSize]
		if end := bytes.IndexByte(b, 0); end >= 0 {
			b = b[:end]
		}
		names[i] = string(b)
	}
	return names, nil
}

// XstatValues fills v, which is as long as XstatNames' slice, and returns how
// many values it holds.
func (p PortID) XstatValues(v []uint64) (int, error) {
	if len(v) == 0 {
		return 0, nil
	}
	n := C.weir_port_xstat_values(C.uint16_t(p), (*C.uint64_t)(unsafe.Pointer(&v[0])), C.uint32_t(len(v)))
	if n < 0 {
		return 0, p.fail("xstats", n)
	}
	return min(int(n), len(v)), nil
}
