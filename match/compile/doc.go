// Package compile turns parsed rules into the flat tables of a match.Bundle.
//
// It stands in control, before the engine: rule text becomes match/rule's tree,
// this package orders the rules, picks each one's fast pattern, groups them by
// protocol, direction, port and buffer, compiles the pattern databases and lays
// everything out in one run of octets.
//
// Ownership: the result is the caller's; nothing is kept.
//
// Concurrency: a Compiler is used by one goroutine; databases are compiled in
// parallel inside.
//
// Limits: rules that need what the engine does not have are left out, each with
// its reason in the Report. Groups are bounded by MaxPortGroups a protocol and
// direction.
package compile
