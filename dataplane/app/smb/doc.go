// Package smb parses SMB 1 ([MS-CIFS], [MS-SMB]) and SMB 2 and 3 ([MS-SMB2]) in the
// session messages of NetBIOS over TCP (RFC 1002 section 4.3): requests and responses
// as transactions, files that are read and written, who logs on, and what goes through
// named pipes.
//
// It stands in the application layer. Octets of files are taken as they come, out of
// order where they do; other messages are read when they are whole. What is encrypted
// is stepped over.
//
// Ownership: octets given to Parse are borrowed; texts of transactions lie in
// Env.Keep, names in tables and octets that came too early in Env.Mem. All goes back
// with the transaction or the flow.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds transactions of a worker, live ones of a flow, what a flow
// remembers of trees, files and reads (the oldest goes), and octets of files that came
// too early. Texts are cut at maxName. A message that is neither read nor write and
// longer than maxMessage is stepped over, with an event.
package smb
