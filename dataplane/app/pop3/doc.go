// Package pop3 parses POP3 (RFC 1939, RFC 2449, RFC 5034) and the change to TLS
// (RFC 2595).
//
// It stands behind dataplane/app. A transaction is a command and its response; a
// response to nothing, as the greeting is, is one without a command.
//
// Ownership: a transaction holds its text and gives it back in Release.
//
// Concurrency: one worker.
//
// Limits: a line is read to maxLine octets, the rest is skipped; of a response of
// many lines, maxData lines and maxText octets are kept.
package pop3
