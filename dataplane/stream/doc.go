// Package stream is the stage that follows TCP: who opened a connection, what
// state it is in, which segments the receiver will take, and the octets that it
// will read from them.
//
// It stands behind flow and before the application layer. A packet goes through
// the state machine (RFC 9293 §3.10, with the checks and the stream events of
// Suricata); if the machine accepts it, its payload goes into the reassembly of
// its direction, and what became readable goes to a Sink. Passive, that is what
// the receiver acknowledged, with overlaps decided as its operating system
// would; inline, it is what arrives, the first copy of an octet wins, and a
// later copy that differs is rewritten to it in the packet, so that the receiver
// reads what was inspected.
//
// Files: the machine is in none, synsent, synrecv, established, closing and
// closed; its checks in ack, reset, timestamp, sack, oddpackets; reassembly in
// insert, region, overlap, rewrite, urgent, deliver, raw, prune; memory in arena.
//
// Ownership: sessions, regions and pages belong to the Stage and live outside
// the Go heap. Octets handed to a Sink or by Raw are borrowed: they stay as they
// are until the next call for the same flow, and for at least reuseDistance
// calls in all if the flow is released or its pages become free. The payload is
// changed in place and only where it differs.
//
// Concurrency: single worker.
//
// Limits: Config.Sessions or Config.Memcap bound the sessions, ReassemblyMemcap
// the pages; maxRegions islands and maxSegments segment marks a direction. Where
// a bound is met the packet is reported in Outcome.Exception and counted;
// nothing grows.
package stream
