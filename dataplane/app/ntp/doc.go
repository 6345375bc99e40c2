// Package ntp parses the head of NTP messages: versions 1 to 4 (RFC 1059, RFC 1119,
// RFC 1305, RFC 5905), with control messages (RFC 9327) and private ones.
//
// It stands behind dataplane/app. Each message is a transaction of its own, in the
// direction that it went; timestamps, extensions and authentication are not looked
// at.
//
// Ownership: a transaction holds its reference identifier and gives it back in
// Release.
//
// Concurrency: one worker.
//
// Limits: a worker has maxTxs transactions at most; what is kept of one is of fixed
// size.
package ntp
