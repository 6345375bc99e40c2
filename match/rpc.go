package match

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

// Flags of OpRPC: which of program (A), version (B) and procedure (C) are asked
// for.
const (
	RPCVersion uint16 = 1 << iota
	RPCProcedure
)

// rpcIs asks whether a payload is an ONC RPC call (RFC 5531 §9) of a program,
// version and procedure. Over TCP a record mark of four octets comes first (§11).
func rpcIs(op *Op, p *input.Packet) bool {
	b := p.Payload()
	switch p.Proto {
	case 6:
		if len(b) < 4 {
			return false
		}
		b = b[4:]
	case 17:
	default:
		return false
	}
	if len(b) < 24 {
		return false
	}
	u := binary.BigEndian.Uint32
	// Call of RPC version 2.
	if u(b[4:]) != 0 || u(b[8:]) != 2 || u(b[12:]) != uint32(op.A) {
		return false
	}
	if op.Flags&RPCVersion != 0 && u(b[16:]) != uint32(op.B) {
		return false
	}
	return op.Flags&RPCProcedure == 0 || u(b[20:]) == uint32(op.C)
}
