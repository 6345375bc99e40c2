// Package packet is the record that travels the data plane: the facts that
// rules judge (input.Packet) and, beside them, what only the worker needs: the
// mbuf, the ports, the verdict.
//
// It is filled by port (mbuf, ports), decode (facts), then every later stage of
// the worker adds to it until tx.
//
// Ownership: a Burst belongs to one worker and is made once. The mbuf behind
// Handle has one owner: the packet whose Handle it is; an inner packet of a
// tunnel and a reassembled datagram have none.
//
// Concurrency: single worker.
//
// Limits: Size packets a burst, PoolSize inner and reassembled ones; an empty
// pool is counted and marked in the packet whose content stays unseen.
package packet
