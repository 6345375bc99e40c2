// Package krb5 parses Kerberos (RFC 4120) between clients and a KDC, in streams
// and in datagrams.
//
// It stands behind dataplane/app. Each message is a transaction of its own; an
// error names the request before it.
//
// Ownership: octets given to Parse are borrowed; the names of a message are
// copied to Env.Keep and go back in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: of a message the first maxMessage octets are read, the rest is
// skipped; maxTxs transactions of a worker; maxNames octets of names. BER is
// read without recursion.
package krb5
