package dpdk

// #cgo noescape weir_rx_burst
// #cgo nocallback weir_rx_burst
// #cgo noescape weir_describe
// #cgo nocallback weir_describe
// #cgo noescape weir_tx_burst
// #cgo nocallback weir_tx_burst
// #cgo noescape weir_tx_free
// #cgo nocallback weir_tx_free
// #cgo noescape weir_free_burst
// #cgo nocallback weir_free_burst
// #cgo noescape weir_set_lens
// #cgo nocallback weir_set_lens
// #include "shim.h"
import "C"

import "unsafe"

// Queue is one receive and transmit queue pair of a port. Its receive side
// belongs to one thread, its transmit side to one thread. Every method is one
// cgo crossing and allocates nothing.
type Queue struct {
	port, id uint16
}

// NewQueue names queue id of a port; the port must be configured with it
// before the first burst.
func NewQueue(port PortID, id uint16) Queue { return Queue{port: uint16(port), id: id} }

// RxBurst receives up to BurstSize packets into b and returns their number.
// The handles are the caller's from now on. What is segmented is flattened in
// place or into b's spill area, or flagged FlagRefused.
func (q Queue) RxBurst(b *Burst) int { return q.RxBurstMax(b, BurstSize) }

// RxBurstMax receives at most max packets (up to BurstSize).
func (q Queue) RxBurstMax(b *Burst, max int) int {
	return int(C.weir_rx_burst(C.uint16_t(q.port), C.uint16_t(q.id), b.c(), C.uint32_t(max)))
}

// Describe fills b for the n packets whose handles its first entries are, as
// RxBurst did when they were received; Port is the mbuf's. For packets that came
// from another thread.
func Describe(b *Burst, n int) { C.weir_describe(b.c(), C.uint32_t(min(n, BurstSize))) }

// TxBurst offers packets to the port in order and returns how many it took:
// those are the port's now, m[sent:] stay the caller's.
func (q Queue) TxBurst(m []Mbuf) (sent int) {
	if len(m) == 0 {
		return 0
	}
	return int(C.weir_tx_burst(C.uint16_t(q.port), C.uint16_t(q.id), handles(m), C.uint32_t(len(m))))
}

// TxFree ends a burst in one crossing: offers tx to the port, frees what it
// did not take, and frees free. len(tx)-sent packets were freed for want of
// room.
func (q Queue) TxFree(tx, free []Mbuf) (sent int) {
	if len(tx) == 0 && len(free) == 0 {
		return 0
	}
	return int(C.weir_tx_free(C.uint16_t(q.port), C.uint16_t(q.id),
		handles(tx), C.uint32_t(len(tx)), handles(free), C.uint32_t(len(free))))
}

// FreeBurst gives mbufs back to the pools that they came from.
func FreeBurst(m []Mbuf) {
	if len(m) == 0 {
		return
	}
	C.weir_free_burst(handles(m), C.uint32_t(len(m)))
}

// SetLens sets the length of frames that the caller wrote into fresh mbufs,
// cut to the room of their segment. lens has an entry for each handle.
func SetLens(m []Mbuf, lens []uint32) {
	if len(m) == 0 {
		return
	}
	_ = lens[len(m)-1]
	C.weir_set_lens(handles(m), (*C.uint32_t)(unsafe.Pointer(&lens[0])), C.uint32_t(len(m)))
}
