// Package rpc reads connection-oriented DCE/RPC, version 5 (C706 chapter 12,
// [MS-RPCE] section 2.2.2): what lies in a PDU, which interfaces both sides agreed
// on, and the calls with their stub data.
//
// It stands below the parsers of what carries such PDUs: dcerpc over TCP, and SMB
// with its named pipes. The carrier finds PDUs (Read on octets in order, or Pipe for
// octets that come in pieces of its own messages), keeps the calls that are open,
// and tells which one a PDU belongs to:
//
//	p, n, st := rpc.Read(b)             // or pipe.Next(&p), as long as it says Whole
//	call := ...                         // an open call for which call.Takes(d, &p), else a new one: call.Open(&p)
//	conn.Take(call, d, &p)              // call.Done(d), Opnum, Stub(d), Frags(d) follow
//
// A Conn is one association: a TCP connection, or an opened pipe. All methods of a
// zero Conn, Call or Pipe with Mem set are safe.
//
// Ownership: octets given are borrowed. A call's stub data lies in Mem, and what a
// view showed of it stays until Mem is flushed; Close of Call, Conn and Pipe gives
// everything back.
//
// Concurrency: one worker.
//
// Limits: Conn.MaxStub octets of stub data a direction of a call, maxIfaces
// interfaces a connection, 64 KiB of a PDU that is not whole. What exceeds a bound
// is not kept, and counted where EVE counts it.
package rpc
