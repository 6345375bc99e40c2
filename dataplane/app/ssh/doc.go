// Package ssh parses what of SSH is not encrypted: the identification strings of
// both sides and their key exchange offers, from which HASSH is computed.
//
// It stands behind dataplane/app. A flow is one transaction, complete when both
// sides have sent NEWKEYS.
//
// Ownership: the state holds its one transaction; what it keeps stands in
// Env.Mem until Release.
//
// Concurrency: one worker.
//
// Limits: an identification string is read to maxBanner octets, an offer to
// maxKex; other messages are skipped without being held.
package ssh
