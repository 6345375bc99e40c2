// Package caserun runs scenario folders against the engine: a capture, rules and
// a configuration go in, and the EVE events that come out must equal a golden
// file. A case is
//
//	case.yaml    modes, arguments, configuration overrides, what of EVE to compare
//	*.rules      the rules, one file (none: detection is off)
//	config.yaml  the configuration (none: the engine's defaults)
//	input.pcap   the capture, unless case.yaml names a Go function that makes it
//	want.jsonl   the golden events, one JSON object a line, keys sorted
//
// It stands outside of the packet's way and calls the engine by the same
// arguments as a user does (`weir replay …`), in the process or as a binary.
// `go test ./… -update` writes want.jsonl anew.
//
// Ownership: a run writes into a temporary folder of its test.
//
// Concurrency: cases are independent; they run one after the other.
//
// Limits: eve.json is read whole.
package caserun
