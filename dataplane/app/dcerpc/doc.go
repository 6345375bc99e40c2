// Package dcerpc parses DCE/RPC over TCP (connection-oriented, version 5) and over
// UDP (connectionless, version 4; C706 chapter 12). What a PDU says is read in
// package rpc, which SMB's named pipes use as well.
//
// It stands in the application layer. A request and its answer are a transaction, of
// an operation or of a bind; fragments are put together.
//
// Ownership: octets given to Parse are borrowed; stub data and interfaces lie in
// Env.Keep, and go back with Tx.Release and State.Reset.
//
// Concurrency: one worker, no locks.
//
// Limits: Options bounds the transactions of a flow and their stub data; 64
// interfaces a connection; a worker has at most maxTxs transactions. Where a flow
// has too many, the oldest is not waited for any more.
package dcerpc
