// Package supervisor is the control process: it starts or adopts the engine,
// compiles rules and publishes them, pumps events into outputs, watches
// heartbeats and brings a dead or stalled engine back.
//
// It stands beside the packet's way; packets never wait for it. What it knows of
// the engine it reads from shared memory; what it asks goes through the engine's
// socket.
//
// Ownership: the supervisor owns the region's mapping, the bundle's memfd and
// the outputs. The engine lives on when it dies, and a successor with the same
// run directory takes all of that over.
//
// Concurrency: Run is one goroutine; Status, Snapshot, Reload, Reopen and the
// block calls may come from others.
//
// Limits: one control and one engine a run directory, which locks keep. The
// names of maxGenerations policies are kept, for events that still wait.
package supervisor
