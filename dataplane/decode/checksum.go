package decode

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/match/input"
)

// castagnoli is SCTP's CRC (RFC 9260 Appendix A).
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// CheckL3 verifies the IPv4 header checksum, once a packet: the answer stays in
// L3CSum. IPv6 has none and is good; what is no IP stays unknown.
func CheckL3(p *input.Packet) input.CSum {
	if p.L3CSum != input.CSumUnknown {
		return p.L3CSum
	}
	switch p.IPVersion {
	case 4:
		p.L3CSum = state(fold(sum(0, p.Frame[p.L3Off:int(p.L3Off)+int(p.IPHLen)])) == 0xffff)
	case 6:
		p.L3CSum = input.CSumGood
	}
	return p.L3CSum
}

// CheckL4 verifies the checksum of TCP, UDP, ICMP, ICMPv6, IGMP or SCTP, once a
// packet: the answer stays in L4CSum. A UDP datagram over IPv4 without one is
// good (RFC 768). Fragments and other protocols stay unknown.
func CheckL4(p *input.Packet) input.CSum {
	if p.L4CSum != input.CSumUnknown || p.L4Off <= 0 || p.Fragment {
		return p.L4CSum
	}
	b := p.Frame[p.L4Off:p.L3End]
	switch p.Proto {
	case header.ProtoTCP, header.ProtoICMPv6:
		p.L4CSum = state(fold(sum(pseudo(p, len(b)), b)) == 0xffff)
	case header.ProtoUDP:
		b = b[:header.UDP(b).Len()]
		if header.UDP(b).Checksum() == 0 {
			// RFC 8200 §8.1: over IPv6 a checksum is a must.
			p.L4CSum = state(p.IPVersion == 4)
			break
		}
		p.L4CSum = state(fold(sum(pseudo(p, len(b)), b)) == 0xffff)
	case header.ProtoICMP, header.ProtoIGMP:
		p.L4CSum = state(fold(sum(0, b)) == 0xffff)
	case header.ProtoSCTP:
		p.L4CSum = state(sctpSum(b) == header.SCTP(b).Checksum())
	}
	return p.L4CSum
}

func state(good bool) input.CSum {
	if good {
		return input.CSumGood
	}
	return input.CSumBad
}

// sctpSum is the CRC32c over b with its checksum field taken as zero.
func sctpSum(b []byte) uint32 {
	var zero [4]byte
	c := crc32.Update(0, castagnoli, b[:8])
	c = crc32.Update(c, castagnoli, zero[:])
	return crc32.Update(c, castagnoli, b[header.SCTPSize:])
}

// FixL3 writes a right IPv4 header checksum into the frame.
func FixL3(p *input.Packet) {
	if p.IPVersion != 4 {
		return
	}
	h := header.IPv4(p.Frame[p.L3Off : int(p.L3Off)+int(p.IPHLen)])
	h.SetChecksum(0)
	h.SetChecksum(^fold(sum(0, h)))
	p.L3CSum = input.CSumGood
}

// FixL4 writes a right checksum for TCP, UDP, ICMP, ICMPv6 or SCTP into the
// frame. A UDP datagram that has none over IPv4 gets none.
func FixL4(p *input.Packet) {
	if p.L4Off <= 0 || p.Fragment {
		return
	}
	b := p.Frame[p.L4Off:p.L3End]
	switch p.Proto {
	case header.ProtoTCP:
		h := header.TCP(b)
		h.SetChecksum(0)
		h.SetChecksum(^fold(sum(pseudo(p, len(b)), b)))
	case header.ProtoUDP:
		h := header.UDP(b[:header.UDP(b).Len()])
		if h.Checksum() == 0 && p.IPVersion == 4 {
			return
		}
		h.SetChecksum(0)
		c := ^fold(sum(pseudo(p, len(h)), h))
		if c == 0 {
			c = 0xffff
		}
		h.SetChecksum(c)
	case header.ProtoICMP:
		h := header.ICMP(b)
		h.SetChecksum(0)
		h.SetChecksum(^fold(sum(0, b)))
	case header.ProtoICMPv6:
		h := header.ICMP(b)
		h.SetChecksum(0)
		h.SetChecksum(^fold(sum(pseudo(p, len(b)), b)))
	case header.ProtoSCTP:
		binary.LittleEndian.PutUint32(b[8:], sctpSum(b))
	default:
		return
	}
	p.L4CSum = input.CSumGood
}

// Update is the checksum after a 16-bit word under it changed from old to new
// (RFC 1624 §3, equation 3). A wrong checksum stays wrong.
func Update(checksum, old, new uint16) uint16 {
	return ^fold(uint64(^checksum) + uint64(^old) + uint64(new))
}

// pseudo is the sum of the pseudo header for n octets of transport (RFC 9293
// §3.1, RFC 8200 §8.1).
func pseudo(p *input.Packet, n int) uint64 {
	s := uint64(p.Proto) + uint64(n)
	if p.IPVersion == 4 {
		return sum(sum(s, p.Src[:4]), p.Dst[:4])
	}
	return sum(sum(s, p.Src[:]), p.Dst[:])
}

// sum adds b, as 16-bit words in network order, to s; fold ends it.
func sum(s uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 8 {
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), 0)
		s += carry
		b = b[8:]
	}
	var tail [8]byte
	copy(tail[:], b)
	s, carry = bits.Add64(s, binary.BigEndian.Uint64(tail[:]), 0)
	return s + carry
}

// fold brings a sum down to 16 bits.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}
