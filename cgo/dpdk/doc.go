// Package dpdk is weir's binding to DPDK: eal, ethdev, mempool, mbuf, lcore,
// under DPDK's own names. It is thin and batched: one cgo crossing a burst, no
// callback into Go, handles and plain numbers instead of pointers.
//
// It stands at both ends of a packet's way: Queue.RxBurst fills a Burst,
// Queue.TxBurst, TxFree and FreeBurst end every handle that it gave out.
// dataplane/port builds ports, pairs and capture sources on it.
//
// Ownership: an Mbuf belongs to whoever holds its handle and ends in exactly
// one of TxBurst (the part that it accepted), TxFree and FreeBurst. Burst.Addr
// points into the mbuf and dies with it; with FlagSpilled it points into the
// burst's spill area and dies at the next RxBurst. Pool and Port have explicit
// Close; nothing is freed by a finalizer.
//
// Concurrency: a Queue's receive side belongs to one thread and its transmit
// side to one thread. A Pool may be used by all. A worker thread calls
// RegisterThread first: that gives it an lcore id and with it the mempool's
// cache (27 instead of 36 ns a packet over net_null). EAL starts once a
// process, on a thread of its own, so the caller's affinity stays as it is.
//
// Limits: BurstSize packets a burst; a segment holds at most MaxDataRoom
// octets of frame; longer or segmented frames are flattened into the spill
// area or flagged FlagRefused. DPDK 22.11 or later, loaded as shared
// libraries.
package dpdk
