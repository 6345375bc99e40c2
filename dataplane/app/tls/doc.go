// Package tls parses what of TLS 1.0 to 1.3, SSLv3, SSLv2 hellos and DTLS is not
// encrypted: records, handshake messages, hellos with their fingerprints (JA3,
// JA3S, JA4), certificates.
//
// It stands behind dataplane/app. A flow is one transaction, complete when both
// sides are encrypted. Hello and the fingerprints work on borrowed octets, so
// that QUIC can use them.
//
// Ownership: the state holds its one transaction; what that keeps (the hellos,
// the certificates, their text) stands in Env.Mem until Release.
//
// Concurrency: one worker.
//
// Limits: a handshake message has at most maxMessage octets, one in fragments of
// DTLS maxHandshakeDTLS in maxPieces pieces, a certificate's text maxText, the lists of a hello maxList values in fingerprints.
package tls
