// Package worker runs the stages of the data plane over bursts of packets.
//
// It is the one place where the order of the stages is written: see
// Worker.burst. A worker owns everything that its packets touch: flow table,
// stream pages, parsers, match engine, sketches and its end of the event ring.
//
// Ownership: an mbuf has one owner. It comes from a port's receive queue and
// ends in exactly one of: accepted by a transmit queue, freed with a reason, or
// held by a stage that will say which. Counters prove it: received + originated
// = sent + freed + held.
//
// Concurrency: one goroutine, locked to a thread that is pinned to a core. The
// rest of the process reaches it through atomics: counters, a bundle pointer, a
// mailbox of fixed-size messages.
//
// Limits: everything is allocated when the worker is made. In steady state no
// packet allocates, locks or enters the kernel.
package worker
