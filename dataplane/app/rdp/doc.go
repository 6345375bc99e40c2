// Package rdp parses the beginning of Remote Desktop connections (MS-RDPBCGR
// section 1.3.1.1): the negotiation in X.224 inside TPKT (RFC 1006), what the
// client tells of itself in MCS' Connect-Initial, or, where both sides go over to
// TLS, the serial numbers of the server's certificates.
//
// It stands behind dataplane/app. Each message is a transaction; behind the
// server's Connect-Response, its certificates or its change to encryption nothing
// is looked at any more.
//
// Ownership: transactions keep the parts that are logged in Env.Keep, the state a
// handshake message of TLS that goes over several records in Env.Mem.
//
// Concurrency: one worker.
//
// Limits: a TPKT is 64 KiB by its length, a record of TLS maxRecord, a handshake
// message that goes over several maxHandshake; maxChannels channels, maxCerts
// certificates and maxCookie octets of a cookie are kept.
package rdp
