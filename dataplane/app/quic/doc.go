// Package quic parses what of QUIC can be read by anyone: headers, and the
// handshake of Initial packets, whose keys follow from the connection id (RFC
// 9001 section 5.2).
//
// It stands behind dataplane/app. Versions 1 and 2, the drafts of version 1 and
// Google's Q039 to Q046, Q050, T050 and T051 are known. Every packet with a long header is a
// transaction of its own, up to the hello of its side; what follows is encrypted.
// The hello is read by the parser of TLS.
//
// Ownership: octets are deciphered into room that belongs to the worker; what a
// transaction keeps stands in Env.Keep until Release.
//
// Concurrency: one worker; Shared is per worker.
//
// Limits: a hello has at most maxHello octets in maxPieces pieces, a flow at most
// maxInitials Initial packets before it is given up, a worker at most maxTxs
// transactions. The ciphers are this package's own: crypto/aes allocates for each
// key.
package quic
