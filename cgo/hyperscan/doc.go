// Package hyperscan binds the Hyperscan multi-pattern matcher (or Vectorscan,
// which has the same interface): compiling and serialising block databases,
// and scanning a burst's worth of buffers in one crossing. A Set finds literals in
// hashed tables of its own first and leaves the rest to the library (ADR 26).
//
// It stands under match: the compile side builds databases in the control
// process and puts them into the policy bundle; the run side attaches to them
// in the engine and scans the views of a burst. Matches are written by C into
// an array that the caller owns; C never calls back into Go.
//
// Ownership: a Database or Scratch made here belongs to the caller, who calls
// Close; one that was attached to or deserialised into the caller's memory
// leaves that memory to the caller, who keeps it mapped until the last scan
// has ended. Handles are plain numbers: they keep nothing alive. The octets
// that a Job points at must lie outside the Go heap (an mbuf, a mapped page), with
// Tail readable octets behind them.
//
// Concurrency: a Database is immutable and may be scanned from any number of
// threads. A Scratch belongs to one thread at a time; Grow and Close must not
// run while its owner scans. Compiling is safe from several goroutines.
//
// Limits: Scan neither allocates nor locks; its work is bounded by the sum of
// the job lengths and its output by the hit array. Compiling allocates freely
// and belongs into the control process. A serialised database is protected by
// a checksum against accident, not against malice: load only what control
// compiled itself.
package hyperscan
