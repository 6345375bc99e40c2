// Package quiet keeps one line out of every weir command's standard error: on
// kernels without pressure stall information, github.com/VictoriaMetrics/metrics
// logs at its initialisation that it will not show any. weir shows none anyway.
//
// It stands before everything else: it imports next to nothing, so Go initialises
// it before packages that import more, and cmd/weir imports it for that effect
// alone.
//
// Ownership: the output of package log's standard logger, which weir itself does
// not use.
//
// Concurrency: package log serialises writes.
//
// Limits: a line is recognised by a phrase of the library's.
package quiet
