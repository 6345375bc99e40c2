// Package nfs parses NFS versions 2, 3 and 4 (RFC 1094, RFC 1813, RFC 7530) in calls
// of ONC RPC (RFC 5531) over TCP, by record marking, and over UDP.
//
// It stands in the application layer. A call and its reply are a transaction; what
// is read or written of one file is one transaction of its own, with the file. Names
// come from the calls that gave out a file's handle.
//
// Ownership: octets given to Parse are borrowed; names and handles lie in Env.Keep,
// files in Env.Files, and all go back with Tx.Release and State.Reset.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds live transactions, calls that wait for a reply and names
// that are remembered, by flow; maxWhole octets of a record that is no data of a
// file; maxFragments octets of a record in fragments; maxOps operations of a
// compound. Of a file that comes out of order, what came too early is a gap.
package nfs
