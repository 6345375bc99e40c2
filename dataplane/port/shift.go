package port

import "encoding/binary"

// ShiftAddrs is a Rewrite hook: it gives each repetition addresses of its own
// by exclusive-or of rep with the first 16 bits of both IP addresses, so one
// capture stands for many hosts. Checksums that were right stay right
// (RFC 1624), wrong ones wrong. Frames other than Ethernet, VLAN tags and IP
// are left alone.
func ShiftAddrs(rep uint64, _ int, f []byte) {
	if rep == 0 || len(f) < 14 {
		return
	}
	key := uint16(rep)
	off, kind := 12, binary.BigEndian.Uint16(f[12:])
	for tags := 0; tags < 2 && (kind == 0x8100 || kind == 0x88a8) && len(f) >= off+6; tags++ {
		off += 4
		kind = binary.BigEndian.Uint16(f[off:])
	}
	ip := f[off+2:]
	switch {
	case kind == 0x0800 && len(ip) >= 20 && ip[0]>>4 == 4:
		head := int(ip[0]&15) * 4
		if head < 20 || len(ip) < head {
			return
		}
		first := binary.BigEndian.Uint16(ip[6:])&0x1fff == 0
		shift(ip, 12, 16, key, 10, transportSum(ip[9], ip[head:], head, first))
	case kind == 0x86dd && len(ip) >= 40 && ip[0]>>4 == 6:
		shift(ip, 8, 24, key, -1, transportSum(ip[6], ip[40:], 40, true))
	}
}

// transportSum is the offset of the checksum that covers the addresses, -1 if
// there is none in reach.
func transportSum(proto byte, l4 []byte, head int, first bool) int {
	at := 0
	switch proto {
	case 6:
		at = 16
	case 17:
		at = 6
	case 58:
		at = 2
	}
	if at == 0 || !first || len(l4) < at+2 {
		return -1
	}
	if proto == 17 && l4[6]|l4[7] == 0 {
		return -1 // UDP without a checksum
	}
	return head + at
}

// shift changes the words at a and b by key and corrects the sums.
func shift(ip []byte, a, b int, key uint16, sums ...int) {
	for _, o := range [2]int{a, b} {
		old := binary.BigEndian.Uint16(ip[o:])
		binary.BigEndian.PutUint16(ip[o:], old^key)
		for _, s := range sums {
			if s < 0 {
				continue
			}
			// HC' = ~(~HC + ~m + m'), RFC 1624 equation 3.
			c := uint32(^binary.BigEndian.Uint16(ip[s:])) + uint32(^old) + uint32(old^key)
			c = c&0xffff + c>>16
			c = c&0xffff + c>>16
			binary.BigEndian.PutUint16(ip[s:], ^uint16(c))
		}
	}
}
