// Package policy makes a policy of the configuration: it reads rule files,
// threshold.config and what else decides which rules are loaded and what they
// may do, and has them compiled to a bundle, or finds the bundle that was made of
// the very same before.
//
// It stands in control, above match/rule and match/compile; replay, run, bench and
// the rules commands all load through it, so that they agree about every rule.
// docs/design/policy.md tells how lists, presets and reloads work together.
//
// Ownership: a Set and its bundle are the caller's; the cache's folder is weir's
// own.
//
// Concurrency: loads share nothing but what the caller hands in.
//
// Limits: files are bounded by match/rule, lists to a million lines; a line that is
// wrong is named and left out, or, with engine.init-failure-fatal, nothing is
// loaded. The cache keeps the four newest bundles.
package policy
