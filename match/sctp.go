package match

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

const (
	sctpCommon = 12 // ports, verification tag, checksum (RFC 9260 §3.1)
	sctpChunk  = 4  // type, flags, length (§3.2)
	sctpData   = 16 // header of a DATA chunk (§3.3.1)
)

// sctpFirst is the offset in Frame of the first chunk, 0 for none. The decoder
// found that p.SCTPChunks chunks lie inside the datagram.
func sctpFirst(p *input.Packet) int {
	if p.Proto != 132 || p.L4Off <= 0 || p.SCTPChunks == 0 {
		return 0
	}
	return sctpInside(p, int(p.L4Off)+sctpCommon)
}

func sctpInside(p *input.Packet, at int) int {
	if at+sctpChunk > int(p.L3End) || at+sctpChunk > len(p.Frame) {
		return 0
	}
	if n := int(binary.BigEndian.Uint16(p.Frame[at+2:])); n < sctpChunk {
		return 0
	}
	return at
}

// sctpNext is the offset of the chunk behind the one at at; chunks begin at
// multiples of four.
func sctpNext(p *input.Packet, at int) int {
	n := int(binary.BigEndian.Uint16(p.Frame[at+2:]))
	return sctpInside(p, at+(n+3)&^3)
}

// sctpUserData is the user data of DATA chunk i of a packet.
func sctpUserData(p *input.Packet, i int) ([]byte, bool) {
	for at := sctpFirst(p); at > 0; at = sctpNext(p, at) {
		if p.Frame[at] != 0 {
			continue
		}
		if i > 0 {
			i--
			continue
		}
		end := min(at+int(binary.BigEndian.Uint16(p.Frame[at+2:])), int(p.L3End), len(p.Frame))
		if end < at+sctpData {
			return nil, false
		}
		return p.Frame[at+sctpData : end], true
	}
	return nil, false
}

// sctpData inspects a list on the user data of each DATA chunk of a packet.
func (e *Engine) sctpData(l *ListRec, k *BufKey, p *input.Packet) bool {
	for i := range maxInstances {
		data, ok := sctpUserData(p, i)
		if !ok {
			return i == 0 && e.insp.runAbsent(l)
		}
		if data, ok = e.transform(k, data); ok && e.insp.run(l, data, 0, true, true) {
			return true
		}
	}
	return false
}
