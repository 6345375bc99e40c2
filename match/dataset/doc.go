// Package dataset keeps what rules put into data sets and take out of them while
// traffic flows.
//
// It stands beside the match engine: what a set holds when it is loaded lies in
// the policy bundle; this package holds the difference, so that it survives a
// reload and all workers see the same. Only rules that ask come here, after their
// cheaper conditions held.
//
// Ownership: the memory belongs to the caller and must live as long as the Sets.
// Values are copied.
//
// Concurrency: any number of workers. A bucket is claimed by one compare-and-swap
// and given back after some ten nanoseconds; a claim that is not had within a
// bounded number of tries is counted and given up.
//
// Limits: a fixed number of entries and of octets; each set has its own cap. What
// finds no room is not added, and a counter says so. The hash is keyed, so that
// nobody outside can fill one bucket on purpose.
package dataset
