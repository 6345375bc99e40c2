package packetbuild

import "encoding/binary"

// FragmentPart is one fragment to be made of a datagram: the octets From up to
// To of its payload. Data, when set, replaces those octets: an overlap with
// other contents.
type FragmentPart struct {
	From, To int
	// Last clears the more-fragments bit.
	Last bool
	Data []byte
}

// Fragments cuts a datagram's payload into fragments of at most size octets,
// rounded down to a multiple of eight. id is the fragment identification.
func Fragments(datagram []byte, id uint32, size int) [][]byte {
	size = max(8, size&^7)
	total := len(datagram) - headerLen(datagram)
	var out [][]byte
	for from := 0; from < total; from += size {
		to := min(from+size, total)
		out = append(out, Fragment(datagram, id, FragmentPart{From: from, To: to, Last: to == total}))
	}
	return out
}

// Fragment makes one fragment of a datagram. From should be a multiple of eight;
// what is left of it is lost, as the wire cannot carry it. An IPv6 fragment
// header follows the fixed header: extension headers of the datagram travel in
// the fragmentable part.
func Fragment(datagram []byte, id uint32, p FragmentPart) []byte {
	h := headerLen(datagram)
	data := p.Data
	if data == nil {
		data = datagram[h+p.From : h+p.To]
	}
	be := binary.BigEndian
	if datagram[0]>>4 == 6 {
		out := append([]byte(nil), datagram[:h]...)
		word := uint16(p.From &^ 7)
		if !p.Last {
			word |= 1
		}
		ext := []byte{out[6], 0}
		ext = be.AppendUint16(ext, word)
		ext = be.AppendUint32(ext, id)
		out[6] = 44
		be.PutUint16(out[4:], uint16(len(ext)+len(data)))
		return append(append(out, ext...), data...)
	}
	out := append([]byte(nil), datagram[:h]...)
	word := uint16(p.From / 8)
	if !p.Last {
		word |= 1 << 13
	}
	be.PutUint16(out[2:], uint16(h+len(data)))
	be.PutUint16(out[4:], uint16(id))
	be.PutUint16(out[6:], word)
	be.PutUint16(out[10:], 0)
	be.PutUint16(out[10:], ^onesSum(out))
	return append(out, data...)
}

func headerLen(datagram []byte) int {
	if datagram[0]>>4 == 6 {
		return 40
	}
	return int(datagram[0]&15) * 4
}

// onesSum is the one's complement sum of an even number of octets (RFC 1071).
func onesSum(b []byte) uint16 {
	var s uint32
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}
