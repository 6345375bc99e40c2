// Package flow tracks the conversations that packets belong to.
//
// It stands behind decode and defrag and before stream: a packet's symmetric
// tuple leads to a record of two cache lines that holds state, counters and the
// handles under which other stages keep what they know of the flow.
//
// Ownership: the table owns its records; a *Record is valid until Remove of its
// slot. Other stages keep side tables under the slot or under the handles in
// the record, so flow imports none of them; the worker releases them all when
// it removes a flow.
//
// Concurrency: one table a worker, no sharing.
//
// Limits: Config.Flows records and a quarter as many buckets, mapped at start
// and touched when used: 144 to 160 octets a flow. A full table is the caller's
// exception policy; emergency mode shortens timeouts before that.
package flow
