// Package ber reads elements of ASN.1's basic encoding rules (X.690) as protocols
// of the application layer use them.
//
// It stands under the parsers of LDAP and Kerberos.
//
// Ownership: what a reader returns are parts of the octets that it was given.
//
// Concurrency: no state.
//
// Limits: tags of one octet, definite lengths of four at most; one element at a
// time, without recursion. An element that ends behind its parent is cut.
package ber
