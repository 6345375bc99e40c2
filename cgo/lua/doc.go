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
// uncounted), string.dump, metatables with __gc. Work that library functions
// do in C for one instruction has a budget of the same number of steps: the
// matching of patterns (a matcher of our own, since the library's cannot be
// stopped), loops over a count that the script names, copies and readings of
// strings, sorting. What one instruction hides beyond that (comparing long
// strings, errors of the library) ends with the processor time of a call, looked
// at every thousand instructions.
package lua
