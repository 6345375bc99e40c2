// Package policy makes a policy of the configuration: it reads rule files,
// threshold.config and what else decides which rules are loaded and what they
// may do, and has them compiled to a bundle.
//
// It stands in control, above match/rule and match/compile; replay, run and the
// rules commands all load through it, so that they agree about every rule.
//
// Ownership: a Set and its bundle are the caller's.
//
// Concurrency: loads share nothing but what the caller hands in.
//
// Limits: files are bounded by match/rule; a line that is wrong is named and
// left out, or, with engine.init-failure-fatal, nothing is loaded.
package policy
