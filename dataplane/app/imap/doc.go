// Package imap recognises IMAP (RFC 9051). It is not parsed: rules may name the
// protocol, flows and events carry it.
//
// It stands behind dataplane/app.
//
// Ownership: it has nothing.
//
// Concurrency: any.
//
// Limits: none.
package imap
