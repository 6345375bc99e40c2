// Package defrag puts fragmented datagrams together as the host behind the
// wire will.
//
// It stands between decode and flow: a fragment is held, the last one yields
// the datagram and the list of everything held for it, so that one verdict
// reaches all. Overlaps are resolved by the policy of the receiver (Novak,
// "Target-Based Fragmentation Reassembly"; Suricata's host-os-policy names).
//
// Ownership: Push takes the handle of a fragment that it holds and gives it back
// exactly once, in a Result. The octets of a fragment stay where they are, so
// its mbuf must live while it is held; those of a fragment without a handle are
// copied. A finished datagram lies in a page of the table until EndBurst.
//
// Concurrency: one Table a worker.
//
// Limits: trackers, fragments, held octets, fragments of one datagram, copies
// and finished datagrams are capped; at a cap the oldest datagram is given up.
// The hash is seeded. No allocation after New.
package defrag
