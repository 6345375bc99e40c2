// Package decompresstest checks in tests that a Decoder keeps to its contract.
//
// It stands beside the tests of the decompressors; no product code imports it.
//
// Ownership: it owns nothing beyond a call.
//
// Concurrency: as testing.T.
//
// Limits: output is collected up to MaxOutput.
package decompresstest
