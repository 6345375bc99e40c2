package dpdk

// #include <stddef.h>
// #include "shim.h"
import "C"

import "unsafe"

// burstLayout is size and field offsets of C's struct weir_burst, for the test
// that keeps Burst the same.
func burstLayout() (size uintptr, offsets []uintptr) {
	var b C.struct_weir_burst
	return unsafe.Sizeof(b), []uintptr{
		unsafe.Offsetof(b.mbuf), unsafe.Offsetof(b.addr), unsafe.Offsetof(b.ol_flags), unsafe.Offsetof(b.timestamp),
		unsafe.Offsetof(b.len), unsafe.Offsetof(b.pkt_len), unsafe.Offsetof(b.wire_len), unsafe.Offsetof(b.rss_hash),
		unsafe.Offsetof(b.vlan), unsafe.Offsetof(b.port), unsafe.Offsetof(b.nsegs), unsafe.Offsetof(b.flags),
		unsafe.Offsetof(b.spill), unsafe.Offsetof(b.spill_size), unsafe.Offsetof(b.n),
	}
}
