// Package protocols is the list of application protocols.
//
// It stands above the parsers' folders and below the worker's configuration: a
// new protocol is a folder beside this one and one line here.
//
// Ownership: rows are constant.
//
// Concurrency: read-only.
//
// Limits: none of its own.
package protocols
