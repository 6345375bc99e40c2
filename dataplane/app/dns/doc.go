// Package dns parses DNS over UDP and TCP, and by the same parser multicast DNS
// and LLMNR.
//
// It stands behind dataplane/app, which finds the protocol and hands over
// datagrams or stream octets. Every message is a transaction of its own. A
// message is decoded once: names are decompressed and stand, with what records
// carry, in memory outside the Go heap, where rules are matched and events are
// written from.
//
// Ownership: a Tx owns its Message; both go back with Release.
//
// Concurrency: one worker; Shared is per worker.
//
// Limits: a name has at most maxName octets and 255 labels, a message at most
// maxText octets of decoded names and maxSteps labels behind pointers, a worker
// at most maxTxs transactions. Messages past a limit carry an event.
package dns
