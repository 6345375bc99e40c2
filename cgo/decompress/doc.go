// Package decompress is what the streaming decompressors (zlib, brotli, lzma)
// have in common: how they are fed and what they answer.
//
// It stands between the application parsers, which meet compressed bodies, and
// the bindings that decode them; it holds no code of its own.
//
// Ownership: input and output buffers are the caller's and are not kept beyond
// a call.
//
// Concurrency: a Decoder belongs to one thread at a time.
//
// Limits: see Decoder. How much a stream may expand to is the caller's
// decision: it counts what Decode has returned.
package decompress
