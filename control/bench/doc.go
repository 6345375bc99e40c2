// Package bench measures the engine: a capture, or frames that it makes, played
// from memory through the real pipeline on one core.
//
// It stands where control stands. Like `weir run` it consists of two processes:
// control compiles the rules and writes the events, the engine process runs one
// worker and allocates nothing. Start-up (configuration, rules, mapping and
// filling of memory) is not measured. Both processes are confined to one CPU, so
// what is reported is all that weir does. Cost is counted in CPU time, since a
// machine that others use makes wall time meaningless; wall time stands beside
// it.
//
// Ownership: the parent owns the region of events and the bundle file, an engine
// process lives for one run.
//
// Concurrency: one engine process at a time; the parent drains its ring in a
// goroutine.
//
// Limits: Frames of a capture are held in memory once, whatever the repeats.
package bench
