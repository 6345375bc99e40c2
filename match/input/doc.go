// Package input holds the facts that rules are judged on: the decoded packet,
// the flow it belongs to and the transaction that a parser made of its stream.
//
// It stands between dataplane, which fills these records, and match, which
// reads them, so that match never imports dataplane.
//
// Ownership: every record belongs to one worker. Byte slices are borrowed from
// an mbuf, a stream page or a parser and are valid until the burst's detection
// is done.
//
// Concurrency: single worker; nothing here is shared.
//
// Limits: fixed-size records; no table grows here.
package input
