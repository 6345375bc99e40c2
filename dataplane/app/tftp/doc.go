// Package tftp parses the requests of TFTP (RFC 1350): which file is read or
// written.
//
// It stands behind dataplane/app. A request is a transaction of one message; the
// transfer itself goes over other ports and is not followed.
//
// Ownership: a transaction holds its text and gives it back in Release.
//
// Concurrency: one worker.
//
// Limits: a name and a mode of more than maxText octets together are no request.
package tftp
