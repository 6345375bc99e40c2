// Package snmp parses SNMP over UDP: version 1 (RFC 1157), 2c (RFC 1901, 3416) and
// 3 (RFC 3412) with the user-based security model (RFC 3414).
//
// It stands behind dataplane/app. A message is a transaction of its own, seen in
// the direction that it went. What version 3 encrypts is not looked at.
//
// Ownership: a transaction holds a copy of its message in Env.Keep and gives it
// back in Release.
//
// Concurrency: one worker.
//
// Limits: a message is a datagram. Object identifiers are shown with maxArcs arcs, a
// worker has maxTxs transactions.
package snmp
