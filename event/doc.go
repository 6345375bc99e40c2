// Package event is what leaves the data plane: length-framed records in a
// shared ring, one writer (a worker) and one reader (control).
//
// It stands at the end of a packet's way: the worker copies alerts, drops,
// flows and transactions into the ring and never waits; control reads, checks
// every length and turns records into EVE JSON (event/eve).
//
// Ownership: a record's octets belong to the ring between Begin and Commit and
// to the reader until it releases them. Nothing in a record points anywhere.
//
// Concurrency: one writer and one reader a ring, on different threads or in
// different processes; cursors are atomics on cache lines of their own.
//
// Limits: the ring is fixed; a record that does not fit is counted as lost. A
// record is at most MaxRecord octets; its variable parts are cut before, with
// the Truncated flag.
package event
