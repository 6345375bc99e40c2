// Package address reads IP addresses as text, as peers write them in commands and
// headers, without keeping anything.
//
// It serves parsers under dataplane/app and the worker.
//
// Ownership: it has nothing; what it reads is the caller's.
//
// Concurrency: any.
//
// Limits: none; a text is read once.
package address
