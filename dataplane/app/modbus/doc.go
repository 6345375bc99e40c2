// Package modbus parses Modbus over TCP: the header of Modbus messaging on TCP/IP
// (implementation guide V1.0b, section 3.1) and the functions of the Modbus
// application protocol (V1.1b3).
//
// It stands in the application layer. A request and its response are a transaction;
// a response that nobody asked for is one, too, with an event.
//
// Ownership: octets given to Parse are borrowed; messages lie in Env.Keep and go back
// in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: a message has 260 octets. Options bounds the requests of a flow that wait
// for a response; what exceeds that is a flood, with an event, and not looked at
// until some of them were answered.
package modbus
