// Package rule reads the rule language into a tree.
//
// It stands in control, in front of match/compile. Every keyword is a row of one
// table with the function that parses its value; what is unknown or wrong is an
// error with file, line and column, and parsing goes on with the next rule.
//
// Ownership: the tree is the caller's.
//
// Concurrency: parsing shares nothing but constant tables.
//
// Limits: a rule has at most MaxRule octets, options and lists are bounded, and
// variables nest at most MaxDepth deep.
package rule
