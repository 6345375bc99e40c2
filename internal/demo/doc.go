// Package demo is the scenario of the bundled capture: an ordinary quarter of a
// minute in a small office, with attacks in it that the starter rules
// (configs/rules/starter.rules) are written for. `make demo` replays it, tests
// and benchmarks use it.
//
// It stands outside of the packet's way: cmd/gendemo writes what Build returns
// to testdata/demo.pcap, which is committed; a test asserts that both are the
// same octets.
//
// Ownership: Build returns a new capture each time.
//
// Concurrency: Build may run in several goroutines.
//
// Limits: the capture stays under one megabyte.
package demo
