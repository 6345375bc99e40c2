// Package pcap binds libpcap's compiler of filters (BPF, "tcp port 80") and the
// machine that runs them.
//
// It stands beside the packet's way: captures are filtered with it before they are
// replayed. No live traffic goes through it.
//
// Ownership: a Filter holds a compiled program in C memory, given back by Close. Packets
// are the caller's and not kept.
//
// Concurrency: a Filter may be used by one goroutine at a time; compiling takes turns,
// as libpcap before 1.8 wants it.
//
// Limits: a program has at most 4,096 instructions and no loops, so that a packet takes
// as many steps at most; a filter's text has at most 8 KiB.
package pcap
