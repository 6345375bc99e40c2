// Package port is the first and the last station of a packet's way: the ports
// and pairs that weir sits between, which worker polls which queue, and the
// sources and sinks that a worker's loop is written against.
//
// A Source gives bursts: Live (a port's queue), Capture (net_pcap), Mapped (a
// capture from its mapping), Mem (frames in memory). A Sink ends them. Plan
// computes queues, pools and memory from a Config before anything is opened;
// Open makes it so. Steer brings packets whose flow another worker owns to
// that worker: everything where a port's RSS is not symmetric, fragments, what
// tunnels carry and ICMP errors else.
//
// Ownership: the mbufs of a burst belong to the worker that received it until
// Sink.TxFree or Ring.Push takes them. A CaptureFile outlives its sources.
//
// Concurrency: a Source, a Sink and each end of a Ring belong to one thread.
// SyncLinks belongs to the housekeeping thread. The rest is set-up.
//
// Limits: pools, rings and queues are sized by Plan and never grow. A capture
// is mapped, so its file must not be cut while it is replayed. A pool that is
// empty costs Mapped and Mem a delay and Capture a packet, counted in Lost.
package port
