// Package apptest drives application parsers in tests: through app.Layer, as a
// worker does, and with each transaction's event as JSON.
//
// It stands beside the parsers' tests only.
//
// Ownership: a Rig owns its layer.
//
// Concurrency: one goroutine.
//
// Limits: captures are read whole; streams are put in order in a map.
package apptest
