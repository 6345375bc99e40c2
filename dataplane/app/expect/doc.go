// Package expect remembers which connections are expected to come, and what they
// will carry: FTP's data connections, announced on another connection.
//
// It stands beside dataplane/app: a parser adds what it heard of, the layer asks
// for each connection that says something first. Both may happen on different
// workers, so the table is one for all of them.
//
// Ownership: whoever makes the Table closes it. Entries are copied in and out.
//
// Concurrency: any number of workers; a slot is claimed by one compare-and-swap
// and nobody waits: a claim that fails is a slot that is passed by.
//
// Limits: a fixed number of slots, looked for in runs of probe; an entry lives for
// Life, and where a run is full the oldest entry goes. Names are cut to MaxName.
package expect
