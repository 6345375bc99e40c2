// Package lzma binds liblzma as a streaming decoder of .xz and of LZMA alone
// (.lzma) streams, in capped memory.
//
// It stands under the application parsers that meet such bodies (HTTP content
// codings, Flash files, compressed files in mail).
//
// Ownership: a Decoder belongs to its maker, who calls Close. Buffers are the
// caller's and not kept.
//
// Concurrency: a Decoder belongs to one thread at a time.
//
// Limits: a Decoder takes the memory that it was made with, mapped when it is
// made, its pages touched as streams ask for them; a stream whose dictionary
// wants more ends with NoMemory. A call's work is bounded by the sizes of its
// buffers; it does not allocate.
package lzma
