// Command gendemo writes the demo's capture: `go run ./internal/demo/cmd/gendemo
// FILE`. The same source gives the same octets.
//
// Ownership: it writes the one file that its argument names.
//
// Concurrency: one goroutine.
//
// Limits: the size of the scenario of package demo.
package main
