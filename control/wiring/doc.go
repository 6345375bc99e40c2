// Package wiring turns the configuration into what the data plane and the
// outputs are made of: worker settings, the rule set, the event outputs.
//
// It stands in control, between the configuration and both ways of running it:
// replay in one process, the engine in its own.
//
// Ownership: results are the caller's.
//
// Concurrency: functions share nothing but the table of announced connections,
// which all workers of a process have in common.
//
// Limits: none of its own; bounds come from the configuration and are checked by
// the packages that they belong to.
package wiring
