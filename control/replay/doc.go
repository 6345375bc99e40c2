// Package replay runs a capture through the real data plane in one process:
// control and engine together, over net_pcap, without root or hugepages.
//
// It stands beside control/engine and control/supervisor, and is what `weir
// replay` and `weir bench` call.
//
// Ownership: a run owns the EAL of its process: one run a process.
//
// Concurrency: the worker runs on a locked thread, the outputs on another
// goroutine; the worker waits when a ring is full, so nothing is lost.
//
// Limits: those of the worker and of the capture: packets of up to 65,535
// octets through net_pcap, longer ones from the mapped file.
package replay
