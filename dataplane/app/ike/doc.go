// Package ike parses the key exchange of IPsec over UDP: version 1 (RFC 2408, RFC
// 2409) and version 2 (RFC 7296), as far as it is in the clear.
//
// It stands in the application layer. Each message is a transaction of its own; what
// the two sides agree on is kept with the flow, for the records of its messages.
//
// Ownership: octets given to Parse are borrowed; a message lies in Env.Keep, and
// goes back in Tx.Release; what a flow keeps of both sides lies in Env.Mem, and goes
// back in Reset.
//
// Concurrency: one worker, no locks.
//
// Limits: a message is a datagram, and everything in it is walked once; of its vendor
// identifiers maxVendors are kept and of its chosen attributes maxAttributes, with an
// event for those that are more. Transactions are bounded by the layer and by
// maxTxs.
package ike
