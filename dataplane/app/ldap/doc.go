// Package ldap parses LDAP (RFC 4511) in streams, and in datagrams (CLDAP,
// RFC 1798).
//
// It stands behind dataplane/app. A request and the responses with its message
// id are a transaction; a response that nothing asked for is one of its own. A
// StartTLS that the server grants hands the flow over to TLS.
//
// Ownership: octets given to Parse are borrowed; the messages of a transaction
// lie in Env.Keep and go back in Tx.Release. Fields are read from them when
// somebody asks.
//
// Concurrency: one worker, no locks.
//
// Limits: of a message maxMessage octets are kept, of a transaction's responses
// maxKept octets and Options.Responses messages; what is beyond is skipped, with
// an event. BER is read without recursion, to the depth of the fields that are
// shown: filters are stepped over.
package ldap
