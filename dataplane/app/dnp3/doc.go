// Package dnp3 parses DNP3 (IEEE 1815) over TCP: link frames with their checksums
// (section 9), transport segments put together (section 8), and application
// fragments with their objects (sections 4 and 11).
//
// It stands in the application layer. An application fragment, a request or a
// response, is a transaction of its own.
//
// Ownership: octets given to Parse are borrowed; a fragment lies in Env.Keep, the
// list of its objects in Env.Mem, and both go back in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds transactions of a worker, objects of a fragment and points
// of an object; a fragment is as long as the numbers of transport segments can tell
// apart (maxFragment). What exceeds a bound is not read further, with an event.
package dnp3
