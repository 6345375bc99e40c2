package port

import "github.com/weir-ips/weir/cgo/dpdk"

// Source is where a worker's packets come from: a port's queue, a capture, or
// frames in memory. One thread uses it.
type Source interface {
	// RxBurst fills b and returns the number of packets; 0 when there are none
	// now. Their mbufs are the caller's.
	RxBurst(b *dpdk.Burst) int
	// Done says that RxBurst will never return a packet again.
	Done() bool
}

// Sink is where a worker's packets end. One thread uses it.
type Sink interface {
	// TxFree transmits tx in order, frees what the port did not take, frees
	// free, and returns how many of tx were taken.
	TxFree(tx, free []dpdk.Mbuf) (sent int)
}

// Live is a port's queue as a Source; it is never done.
type Live struct{ dpdk.Queue }

// Done is false.
func (Live) Done() bool { return false }

// Discard is the Sink of passive runs: everything counts as sent and is freed.
type Discard struct{}

// TxFree frees both.
func (Discard) TxFree(tx, free []dpdk.Mbuf) int {
	dpdk.FreeBurst(tx)
	dpdk.FreeBurst(free)
	return len(tx)
}
