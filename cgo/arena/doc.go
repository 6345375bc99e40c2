// Package arena is the memory that C libraries get in the engine: one mapped
// region of fixed size for each library instance, with an allocator in it that
// refuses when the region is used up and never asks the system for more.
//
// It stands under the bindings of libraries that allocate while they run
// (decompressors, PCRE2, Lua). Their C code includes arena.h and is given the
// handle; no Go code runs in an allocation. Go's build cache does not see a
// change of arena.h in the packages that include it: build once with -a then.
//
// Ownership: the maker of an Arena calls Close, after the last user of memory
// from it is gone. Reset takes all blocks back at once.
//
// Concurrency: an Arena belongs to one thread at a time.
//
// Limits: allocation and release take a bounded number of steps (one for each
// size class at worst). Free blocks are kept by size class and not merged, so
// an adverse sequence of sizes ends in refusal sooner than the sum of the live
// blocks would suggest; Reset undoes that.
package arena
