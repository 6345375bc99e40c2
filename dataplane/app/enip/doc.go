// Package enip parses EtherNet/IP (the encapsulation of CIP, volume 2 of the CIP
// specification, chapter 2) over TCP and UDP, and in its messages those of CIP
// (volume 1, chapter 2): services with their paths and status, several in one
// packet, and what devices say of themselves.
//
// It stands in the application layer. A message to the server is a transaction; the
// answer that has the same command, session and number belongs to it.
//
// Ownership: octets given to Parse are borrowed; messages lie in Env.Keep, what was
// read of their services in Env.Mem, and both go back in Tx.Release.
//
// Concurrency: one worker, no locks.
//
// Limits: a message is as long as its header can say (64 KiB). Options bounds the
// open transactions of a flow and all of a worker; of one message maxServices
// services and maxFacts parts of their paths are read, and what exceeds that makes
// it an invalid one, with an event.
package enip
