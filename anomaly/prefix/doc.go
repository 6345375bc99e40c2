// Package prefix maps addresses to small numbers by longest prefix. Control
// puts prefixes in with bart, which finds duplicates and nesting, and flattens
// them into sorted disjoint ranges without pointers, which a worker searches.
//
// It stands beside the anomaly stage: allow lists and thresholds by prefix.
//
// Ownership: a Table is immutable once compiled and may be shared by workers;
// its slices hold numbers only.
//
// Concurrency: any number of readers.
//
// Limits: at most MaxPrefixes entries; a look-up takes at most 18 steps.
package prefix
