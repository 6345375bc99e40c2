// Package mime takes mail messages apart (RFC 5322, RFC 2045 to 2047, RFC 2231):
// header fields, nested multipart bodies, base64 and quoted-printable, attachments
// as files, URLs of text parts, the MD5 of the body.
//
// It stands behind the parsers of protocols that carry mail (SMTP) and in front of
// dataplane/app/file. A parser feeds the octets of a message in any pieces; what
// comes out does not depend on where they were cut.
//
// Ownership: a Message belongs to the transaction that took it from the Pool and
// goes back with Pool.Put; its texts stand in the worker's parser memory and stay
// readable until that memory's Flush. Attachments are opened from the worker's file
// pool and belong to the caller's list.
//
// Concurrency: one Pool a worker, no locks.
//
// Limits: a line is held to maxHold octets and streamed beyond; header fields,
// their values, multipart levels, attachments, URLs and all text together are
// bounded (limits.go); what is over is left out, counted and reported as an
// anomaly.
package mime
