// Package arena is the memory that C libraries get in the engine: one mapped
// region of fixed size for each library instance, with an allocator in it that
// refuses when the region is used up and never asks the system for more.
//
// It stands under the bindings of libraries that allocate while they run
// (decompressors, PCRE2, Lua). Their C code includes arena.h and is given the
// handle; no Go code runs in an allocation.
//
// Ownership: the maker of an Arena calls Close, after the last user of memory
// from it is gone. Reset takes all blocks back at once.
//
// Concurrency: an Arena belongs to one thread at a time.
//
// Limits: allocation and release take constant time. Free neighbours are
// merged; memory is refused where no single free stretch is long enough.
package arena
