// Package pgsql parses PostgreSQL's frontend/backend protocol, version 3
// (PostgreSQL documentation, part "Frontend/Backend Protocol").
//
// It stands behind dataplane/app. A transaction is a request of the client and
// what the server says up to the end of its answer: one octet to a request for
// encryption, a question of the authentication, ReadyForQuery to a query. Rules
// see the text of a simple query in pgsql.query. A request for TLS that is granted
// hands the connection to what detection makes of it.
//
// Ownership: octets given to Parse are borrowed; what a transaction keeps lies in
// Env.Keep and goes back in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds the transactions of a flow and of a worker. Of a query
// maxQuery octets are kept, of an error, of an answer to the authentication and of
// all parameters of a session maxText, of a start message as many as servers take
// (maxStart). Bodies of rows and copied data are counted and go by unseen. Behind
// octets that are missing outside of such a body, parsing ends. Messages of the
// extended query protocol begin no transaction: the answer to them is one without
// a request.
package pgsql
