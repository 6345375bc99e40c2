package dpdk

// #include "shim.h"
import "C"

import "math"

// NoLcore is LcoreID of a thread that is not registered.
const NoLcore = math.MaxUint32

// RegisterThread makes the calling OS thread an lcore, so that it gets a cache
// in every pool. The caller has locked its goroutine to the thread
// (runtime.LockOSThread) and calls UnregisterThread before it ends. At most
// 127 threads can be registered.
func RegisterThread() error {
	if code := C.weir_thread_register(); code < 0 {
		return explain("register thread", Errno(-code), "")
	}
	return nil
}

// UnregisterThread gives the calling thread's lcore id back.
func UnregisterThread() { C.weir_thread_unregister() }

// LcoreID is the calling thread's lcore id, NoLcore if it has none.
func LcoreID() uint32 { return uint32(C.weir_lcore_id()) }
