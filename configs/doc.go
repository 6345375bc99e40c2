// Package configs holds the configuration files that come with weir, and the
// ones that the binary carries with it.
//
// It stands before the packet's way: the files are read by people, by tests and
// by control/config; those that are embedded serve where no file is configured.
//
// Ownership: the embedded texts belong to the binary and are read only.
//
// Concurrency: constants.
//
// Limits: none of its own.
package configs
