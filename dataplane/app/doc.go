// Package app recognises application protocols, feeds their parsers and keeps
// the transactions that parsers make.
//
// It stands behind stream and before detect. The stream stage hands in-order
// octets to Layer.Data; the layer detects the protocol, gives each parser one
// contiguous run of octets it has not consumed yet, and offers the live
// transactions to detection and, when they are complete, to the event ring.
//
// A protocol is a folder below this one with a Protocol row in the list of
// dataplane/app/protocols.
//
// Ownership: octets given to a parser are borrowed until Parse returns; what it
// keeps it copies into Env.Mem, and gives back in Release. Views of
// transactions must stay valid until the burst is judged, so a parser frees
// nothing between Release calls.
//
// Concurrency: one Layer a worker; parsers need no locks.
//
// Limits: flows with a parser, transactions a flow, octets that a parser may
// leave unconsumed, and Env.Mem as a whole are bounded by Config; past a bound
// the app-layer error policy decides.
package app
