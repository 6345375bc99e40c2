// Package match runs compiled rules over packets, streams and transactions.
//
// It stands behind the parsers on a packet's way: the worker adds the packets
// of a batch, one crossing into Hyperscan finds the fast patterns of all their
// buffers, then the candidate rules of each packet are evaluated in order of
// arrival. match/rule reads the language, match/compile turns it into the flat
// tables of a Bundle; this package only runs them and imports neither.
//
// Ownership: a Bundle is immutable and shared by all workers; an Engine belongs
// to one worker. What a packet or a transaction lends is borrowed until the
// batch is evaluated.
//
// Concurrency: one Engine a worker. Bundles are published by one atomic pointer
// and taken up between bursts.
//
// Limits: jobs, hits, candidates and alerts of a batch live in fixed arrays; a
// full one is counted and, for hits, drained and resumed. Content inspection
// stops after Limits.Steps steps a rule and buffer.
package match
