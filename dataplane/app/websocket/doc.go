// Package websocket parses the WebSocket protocol (RFC 6455): frames, put together
// to messages, masks and compression taken off.
//
// It stands in the application layer behind HTTP/1, which hands a connection over
// with its answer 101. Each frame is a transaction of its own; the last one of a
// message has the payload of all of them, its compression (RFC 7692) undone.
//
// Ownership: octets given to Parse are borrowed; a message's payload lies in
// Env.Keep and goes back in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds transactions and the octets of a message that are kept;
// what is longer is skipped, with an event; it bounds the decoders, too, and
// maxInflated what a message may become.
package websocket
