// Package archtest holds the rules about the repository's own shape that a
// machine can check: which package may import which, where C, unsafe, fmt and
// the clock may appear, what every package must say about itself, how long a
// file may grow. The tests of this package are the checks; each rule also has a
// case that must fail, since a rule that cannot fail checks nothing.
//
// A finding names file and line. A rule is bent by an entry in its list of
// exceptions, with the reason next to it; an exception that nothing needs any
// more is a finding too.
//
// Ownership: it reads the tree and changes nothing.
//
// Concurrency: rules are pure functions of a Tree.
//
// Limits: direct imports of the files in the tree, of all build tags.
package archtest
