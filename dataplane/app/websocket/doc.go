// Package websocket parses the WebSocket protocol (RFC 6455): frames, put together
// to messages, masks taken off.
//
// It stands in the application layer behind HTTP/1, which hands a connection over
// with its answer 101. A message, or a control frame, is a transaction of its own.
//
// Ownership: octets given to Parse are borrowed; a message's payload lies in
// Env.Keep and goes back in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds transactions and the octets of a message that are kept;
// what is longer is skipped, with an event. Messages compressed with an extension
// (RFC 7692) are seen as they are.
package websocket
