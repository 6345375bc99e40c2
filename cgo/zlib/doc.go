// Package zlib binds zlib's inflate as a streaming decoder of gzip, zlib and
// raw deflate streams, in capped memory.
//
// It stands under the application parsers that meet such bodies (HTTP content
// codings, compressed files in mail and archives).
//
// Ownership: a Decoder belongs to its maker, who calls Close. Buffers are the
// caller's and not kept.
//
// Concurrency: a Decoder belongs to one thread at a time.
//
// Limits: a Decoder takes Memory octets, mapped when it is made. A call's work
// is bounded by the sizes of its buffers; it does not allocate.
package zlib
