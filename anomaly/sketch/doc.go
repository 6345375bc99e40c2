// Package sketch holds the streaming summaries that the anomaly stage counts
// in: Count-Min with conservative update, HyperLogLog, linear counting,
// Space-Saving, a blocked Bloom filter, an entropy estimate, and EWMA and
// hour-of-week baselines. Each docstring states the error bound, the
// probability with which it holds, and the paper that proves it.
//
// They stand in the anomaly stage of the packet's way, after detection and
// before the verdict: one set a worker, fed by anomaly.Scorer, aged by
// rotation (Rotor), merged and stored in control.
//
// Ownership: the memory of a sketch is the caller's (Arena over mmap or
// hugepages); sketches keep no pointers in it and allocate nothing after
// construction. UnmarshalBinary alone allocates; it runs in control.
//
// Concurrency: one writer. Others read finished generations only, through
// Rotor.ReadFinished, which notices when the writer took the generation back.
//
// Limits: memory is fixed at construction; counters saturate and never wrap;
// a flood of keys worsens the estimate within the stated bound and nothing
// else. The bounds assume that the seed is secret: it comes from crypto/rand
// at start and is never written to disk or to an event.
package sketch
