// Package telnet recognises Telnet (RFC 854) on its port by the commands that
// both sides begin with. It is not parsed: rules may name the protocol, flows and
// events carry it.
//
// It stands behind dataplane/app.
//
// Ownership: it has nothing.
//
// Concurrency: any.
//
// Limits: none.
package telnet
