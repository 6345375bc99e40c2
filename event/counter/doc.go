// Package counter names what the engine counts and carries the numbers to
// control.
//
// It stands beside the packet's way: every stage adds to its worker's Local;
// now and then the worker publishes that to its page of the shared region
// (event.Region), where control reads it for EVE stats, metrics and status.
//
// Ownership: a Local is its worker's; a page is written by that worker only.
//
// Concurrency: a Local is for one thread and plain memory, so that counting
// costs an add; Publish writes the page with atomics, which control may read at
// any time. A Set is immutable.
//
// Limits: the number of counters is fixed when the Set is made; at most
// event.MaxCounterWords.
package counter
