// Package clock reads the processor's time stamp counter and turns it into
// wall time without a system call.
//
// It stands beside the worker loop: one reading a burst gives packets of live
// ports their arrival time, and the difference of two readings a stage's cost.
//
// Ownership: a Wall is a plain value; each worker has its own copy.
//
// Concurrency: TSC may be called on any thread. Readings of different cores
// agree on machines whose TSC is invariant (constant_tsc, nonstop_tsc).
//
// Limits: a Wall drifts with the error of its calibration (about 50 µs a
// second after Calibrate(10ms)) and is anchored again by housekeeping.
package clock
