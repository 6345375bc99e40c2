// Package output writes what the data plane reports: EVE JSON and fast.log, to
// files, sockets, syslog or standard output.
//
// It stands at the very end, in control: a Pump drains the workers' rings in
// order of time, each Output decides what it wants and formats it, a Sink
// carries the lines away.
//
// Ownership: a Pump owns its readers' position and its outputs; closing it
// closes the sinks. A record is not kept after it was written.
//
// Concurrency: Poll, Stats, Reopen and Close may be called from different
// goroutines; they exclude each other. Status may be called at any time.
//
// Limits: a sink that cannot write keeps at most MaxPending octets and counts
// every line beyond them as lost; it never blocks the pump for longer than
// SocketTimeout.
package output
