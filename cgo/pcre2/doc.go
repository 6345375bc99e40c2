// Package pcre2 binds PCRE2 (8-bit): compiling a rule's regular expression,
// with JIT where the machine allows it, and matching it against a buffer under
// limits, in one crossing.
//
// It stands under match: a candidate rule's pcre condition runs here once its
// cheaper conditions hold. Expressions are compiled when the engine loads a
// bundle, never in the packet path.
//
// Ownership: a Code and a Matcher belong to their makers, who call Close once
// no match can be using them. A Matcher's memory (match data, frames of the
// interpreter) lies in an arena of its own, the JIT stack in a mapping. The
// octets matched and the offsets written are the caller's and not kept.
//
// Concurrency: a Code is immutable and shared by all threads; a Matcher
// belongs to one thread at a time.
//
// Limits: the match, depth and heap limits and the JIT stack bound every match
// (an expression that backtracks without end is a result, see Result.Limit);
// an expression can lower but not raise them. Match does not allocate outside
// the arena.
package pcre2
