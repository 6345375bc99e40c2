// Package state keeps what rules remember beyond a flow: threshold counters,
// xbits and hostbits, tags.
//
// It stands beside the match engine: only rules that ask for it come here, after
// all their other conditions held. The tables lie outside the policy bundle, so
// that they survive a reload, and outside the Go heap, so that several workers
// (or a restarted engine that is handed the same memory) see the same counters.
// What a rule's action becomes is the engine's to carry out: the tables answer
// with a match.Outcome.
//
// Ownership: the memory belongs to the caller and must live as long as the
// Tables. Entries are copies; nothing of a packet is kept.
//
// Concurrency: any number of workers. A bucket of entries is claimed by one
// compare-and-swap, changed in some ten nanoseconds and given back; a claim that
// is not had within a bounded number of tries is counted and given up. Time is
// the packets'.
//
// Limits: every table has a fixed number of buckets of Ways entries. In a full
// bucket the entry that ran out, or else the one that was not touched for
// longest, makes room, and a counter says so. The hash is keyed, so that nobody
// outside can aim at one bucket.
package state
