// Package engine is the engine process: it opens the ports, runs one pinned
// worker a core and forwards before anybody has sent it a rule.
//
// It stands around the packet's way: a lane is the loop that polls a worker,
// housekeeping reads links and ports, publishes what the Go runtime counts, and
// answers control over a local socket (Client is the other end). Control may
// die and another one take over; the engine holds everything that it needs in
// descriptors: the region of events and counters, its own Spec, the bundle.
//
// Ownership: a lane owns its worker and the worker's counters. A bundle's octets
// are mapped here and unmapped when no worker runs it any more.
//
// Concurrency: lanes run on threads of their own, pinned, and share nothing with
// housekeeping but atomics and a mailbox of fixed-size messages. Commands are
// carried out one after the other.
//
// Limits: in steady state, without commands, nothing here allocates. At most
// maxConns control connections; a message has at most maxMessage octets.
package engine
