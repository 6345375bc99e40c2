package apptest

import (
	"encoding/binary"
	"strings"
)

// What DCE/RPC's PDUs are made of in tests: of dcerpc, and of what carries it.
const (
	rpcHead = 16
	ndr     = "\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\x00\x2b\x10\x48\x60\x02\x00\x00\x00"
	// RPCWinreg is the registry's interface as it stands in a bind: identifier and
	// version 1.0.
	RPCWinreg = "\x01\xd0\x8c\x33\x44\x22\xf1\x31\xaa\xaa\x90\x00\x38\x00\x10\x03\x01\x00\x00\x00"
	// RPCWinregText is its identifier as it is written.
	RPCWinregText = "338cd001-2244-31f1-aaaa-900038001003"
)

// RPC is a PDU of a type with its length filled in.
func RPC(typ, flags byte, little bool, call uint32, body string) string {
	b := []byte{5, 0, typ, flags, 0, 0, 0, 0}
	var o binary.AppendByteOrder = binary.BigEndian
	if little {
		b[4] = 0x10
		o = binary.LittleEndian
	}
	b = append(o.AppendUint16(b, uint16(rpcHead+len(body))), 0, 0)
	return string(o.AppendUint32(b, call)) + body
}

// RPCBind is the body of a bind of contexts.
func RPCBind(contexts ...string) string {
	return "\xd0\x16\xd0\x16\x00\x00\x00\x00" + string(rune(len(contexts))) + "\x00\x00\x00" + strings.Join(contexts, "")
}

// RPCContext is one of them.
func RPCContext(id byte, iface string) string { return string([]byte{id, 0, 1, 0}) + iface + ndr }

// RPCAck is the body of a bind's answer, with a result for each context.
func RPCAck(results ...byte) string {
	out := "\xd0\x16\xd0\x16\x01\x00\x00\x00\x05\x00\\pip\x00\x00" + string([]byte{byte(len(results)), 0, 0, 0})
	for _, r := range results {
		out += string([]byte{r, 0, 2, 0}) + ndr
	}
	return out
}

// RPCRequest is the body of a request for an operation of context 0.
func RPCRequest(op byte, stub string) string {
	return "\x10\x00\x00\x00\x00\x00" + string([]byte{op, 0}) + stub
}

// RPCResponse is the body of a response.
func RPCResponse(stub string) string { return "\x10\x00\x00\x00\x00\x00\x00\x00" + stub }
