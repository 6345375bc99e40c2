// Package http2 parses HTTP/2 (RFC 9113) with its header compression (RFC 7541):
// frames, header blocks, bodies with their content codings, and messages of DNS
// that are carried in it (RFC 8484). Rules see requests and responses through the
// same buffers as those of HTTP/1.
//
// It stands in the application layer: dataplane/app gives State.Parse in-order
// octets, transactions are offered to match.
//
// Ownership: octets given to Parse are borrowed. What a transaction keeps lies in
// Env.Keep and goes back in Tx.Release; header tables lie in Env.Mem and go back
// in State.Reset.
//
// Concurrency: one Shared a worker, no locks.
//
// Limits: Options bounds transactions, streams of a flow, octets of a header
// block and of both header tables. A frame longer than what the layer keeps is
// skipped. Bodies are windows (app/file), decoders are capped and expand within
// their arena.
package http2
