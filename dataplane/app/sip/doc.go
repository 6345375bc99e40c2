// Package sip parses SIP (RFC 3261) over UDP and TCP, and the session
// descriptions in it (SDP, RFC 8866).
//
// It stands behind dataplane/app. Each message is a transaction of its own and is
// judged in the direction that it went.
//
// Ownership: a transaction holds a copy of its message's head and of its session
// description, and gives it back in Release.
//
// Concurrency: one worker.
//
// Limits: a head is read to maxHead octets and a body that is described to
// maxBody, longer bodies are skipped; fields and lines of a description are kept
// up to maxFields and maxLines.
package sip
