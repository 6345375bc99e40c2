// Package http1 parses HTTP/0.9, 1.0 and 1.1 as servers and clients do, which
// take more than RFC 9112 allows: what a browser would show must be seen here.
//
// It stands in dataplane/app: octets of either direction go in, transactions
// with the http buffers of rules, their events, their files and EVE's http
// object come out. line.go and header.go read lines and header blocks, uri.go
// and decode.go normalise the target, framing lives in request.go and
// response.go, bodies in body.go, decompress.go and multipart.go.
//
// Ownership: a State and its transactions belong to the flow; everything that a
// View shows is a copy in Env.Keep, or moved there. Compressed input is
// borrowed for the call.
//
// Concurrency: one worker; a Shared object for each worker holds the pools.
//
// Limits: a line or header of Options.FieldLimit octets, Options.HeadersLimit
// headers and 1 MiB of them, app.MaxTxs live transactions, Options' body limits,
// decompression by layers, ratio and octets, 64 files a transaction.
package http1
