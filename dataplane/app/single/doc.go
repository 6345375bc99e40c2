// Package single is what the protocols have in common of which every datagram is a
// message and every message a transaction of its own: the life of such a transaction
// and the pool it comes from.
//
// It stands below the parsers of these protocols; they embed Base in their
// transactions and keep what is theirs: fields, buffers, records.
//
// Ownership: the octets of a transaction (Base.Text) lie in Env.Keep and go back in
// Release.
//
// Concurrency: one Pool a worker and protocol, no locks.
//
// Limits: a Pool hands out as many transactions as it was made for, and counts what
// it refuses; a flow has app.MaxTxs.
package single
