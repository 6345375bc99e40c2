// Package telnet cuts Telnet (RFC 854) into commands and lines, which are frames:
// rules and outputs may look at them. There are no transactions.
//
// It stands behind dataplane/app. What is said on the port is Telnet unless it is
// something else by its octets. Text ends with its line; while a server asks for
// name or password, with the prompt.
//
// Ownership: the state holds no memory; what is not complete waits in the layer.
//
// Concurrency: one worker.
//
// Limits: a text without end and a subnegotiation are maxText octets at most, and
// go on as another one.
package telnet
