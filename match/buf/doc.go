// Package buf names what rules look at: inspection buffers and numeric fields.
//
// It stands beside the rule language: match/rule resolves keywords to the IDs
// here, parsers answer for the IDs, match/compile and the engine carry them.
// Adding a buffer or a field is one constant and one row.
//
// Ownership: the tables are constant.
//
// Concurrency: read only, safe everywhere.
//
// Limits: IDs are 16 bits wide and append-only, since bundles and profiles name
// them.
package buf
