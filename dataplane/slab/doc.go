// Package slab gives the data plane memory that the Go collector never sees:
// whole mappings, typed arrays of pointer-free records with a free list, and a
// byte allocator with size classes.
//
// It stands below every stage that keeps state: flow records, stream pages,
// parser buffers.
//
// Ownership: a slab belongs to the worker that made it; what Get hands out
// belongs to the caller until Put. Nothing is released to the system before
// Close.
//
// Concurrency: none; one slab a worker. Parts may be asked from anywhere.
//
// Limits: each slab is made for a fixed number of records or octets. Empty
// means the caller's memcap policy, never growth.
package slab
