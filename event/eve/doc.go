// Package eve turns records of the data plane into EVE JSON, one line an event,
// with the names, the order and the spelling that Suricata's consumers know.
//
// It stands in control, behind the rings: event.Reader hands a record over, an
// Encoder appends its line to a buffer, control/output writes it. Who writes
// which member is the contract in package event.
//
// Ownership: the line belongs to the caller's buffer; nothing of the record is
// kept.
//
// Concurrency: an Encoder is for one goroutine.
//
// Limits: a record with a malformed body yields no line and is reported. A line
// grows to at most about six times its record (one octet as \u00xx).
package eve
