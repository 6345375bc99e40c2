// Package header views wire octets as protocol headers: a named byte slice per
// header, constants for the offsets of its fields and one getter a field.
//
// It stands under decode, defrag and whatever builds or rewrites packets. It
// decides nothing: whether a length makes sense is the caller's business.
//
// Ownership: a view borrows the caller's octets and keeps nothing.
//
// Concurrency: pure functions.
//
// Limits: a getter reads at fixed offsets, so the caller first makes sure that
// the view holds the header's minimum size. Lengths come back as int, in octets.
package header
