// Package lua binds Lua 5.4 for the scripts that rules carry: a sandboxed
// state in capped memory that runs for a capped number of instructions.
//
// It stands under match: a rule's lua condition and the luaxform transform are
// calls of a function of a loaded script, after all cheaper conditions held.
//
// Ownership: a State belongs to its maker, who calls Close. Scripts, arguments
// and result buffers are copied and not kept.
//
// Concurrency: a State belongs to one thread at a time.
//
// Limits: memory (an arena of fixed size), instructions for each call, size of
// the arguments. A script sees base, string, table, math and utf8 without what
// loads code, prints, steers the collector or escapes the limits: load*,
// dofile, require, print, warn, collectgarbage, xpcall (its handler would run
// uncounted), string.dump, metatables with __gc. Functions that loop in C over
// a count that the script names (string.rep, table.insert, .remove, .move) are
// capped. Not bounded by the instruction count: the backtracking of Lua's
// patterns over one subject, polynomial in its length, which the cap on the
// arguments' size bounds.
package lua
