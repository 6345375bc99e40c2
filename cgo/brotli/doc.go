// Package brotli binds the brotli decoder (RFC 7932) as a streaming decoder in
// capped memory.
//
// It stands under the HTTP parsers, for the content coding "br".
//
// Ownership: a Decoder belongs to its maker, who calls Close. Buffers are the
// caller's and not kept.
//
// Concurrency: a Decoder belongs to one thread at a time.
//
// Limits: a Decoder takes the memory that it was made with, mapped when it is
// made, its pages touched as streams ask for them; a stream that wants more
// ends with NoMemory. A call gives at most as much as the output buffer holds,
// but decodes up to a window ahead (16 MiB in the format, and never more than
// the memory). Of NULs, which expand most, that took 31 ms for 16 MiB on a
// 2020s server core: a smaller memory also bounds the time of a call. It does
// not allocate.
package brotli
