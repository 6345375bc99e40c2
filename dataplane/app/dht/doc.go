// Package dht parses the messages of BitTorrent's distributed hash table (BEP 5,
// BEP 32 for IPv6): queries, responses, errors, each a dictionary of bencode
// (BEP 3) in a datagram of its own.
//
// It stands behind dataplane/app. A message is a transaction of its own: who
// answers which query is told by the transaction's identifier, which EVE shows.
//
// Ownership: a transaction keeps its datagram and gives it back in Release.
//
// Concurrency: one worker.
//
// Limits: values nest maxDepth deep at most; a datagram bounds the rest. Nodes and
// peers are read where they stand when they are logged, none is copied.
package dht
