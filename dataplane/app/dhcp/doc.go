// Package dhcp parses DHCP and BOOTP messages (RFC 2131, RFC 2132, RFC 951).
//
// It stands behind dataplane/app. Each message is a transaction of its own, in the
// direction that it went; answers are not matched with what they answer.
//
// Ownership: a transaction holds a copy of its message and gives it back in
// Release.
//
// Concurrency: one worker.
//
// Limits: of a message maxMessage octets are kept, what is behind counts as
// truncated options; a worker has maxTxs transactions at most. Records show at most
// maxList addresses or parameters of an option.
package dhcp
