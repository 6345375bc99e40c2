package app

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/slab"
)

// AppendField appends a header to a list as Flow.Handover has it: the lengths of
// name and value, then both. What is longer than its length may say is cut. false:
// no memory, and b is as it was.
func AppendField(mem *slab.Bytes, b, name, value []byte) ([]byte, bool) {
	name, value = name[:min(len(name), 0xfffe)], value[:min(len(value), 0xffff)]
	var head [4]byte
	binary.BigEndian.PutUint16(head[:], uint16(len(name)))
	binary.BigEndian.PutUint16(head[2:], uint16(len(value)))
	n := len(b)
	for _, part := range [...][]byte{head[:], name, value} {
		out, ok := mem.Append(b, part)
		if !ok {
			return b[:n], false
		}
		b = out
	}
	return b, true
}
