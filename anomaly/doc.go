// Package anomaly finds attacks that no signature knows, from counts alone,
// and says which packets to hold back. A Scorer counts in sketches and small
// tables, compares with thresholds and learned baselines, raises findings that
// explain themselves, and mitigates: rate limits, timed drops, challenges.
//
// It is stage 8 of a packet's way, after detection and before the verdict: a
// fixed Observation goes in, a Verdict comes out that may raise what the rules
// decided and never lower it. The detectors stand in one list, in
// detector.go; each has a file of its own.
//
// Ownership: a Scorer's tables lie in memory that the caller hands to NewScorer
// (off-heap); it keeps no reference to an Observation after the call. Findings
// are the scorer's until ResetFindings.
//
// Concurrency: one Scorer a worker, called by that worker alone. Control reads
// the finished window of a counter through sketch snapshots, and changes a
// scorer only through SetPolicy and Apply, which the worker calls from its
// mailbox between two bursts. A Policy is immutable and shared.
//
// Limits: all tables have fixed sizes (Config.Memory); a flood of addresses
// evicts the least active entries and worsens estimates within the bounds that
// package sketch states. Findings beyond MaxFindings between two drains are
// counted as lost. Every mitigation expires.
package anomaly
