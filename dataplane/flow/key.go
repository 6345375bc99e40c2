package flow

import (
	"math/bits"

	"github.com/weir-ips/weir/match/input"
)

// Key is the tuple of a packet, as it stands on the wire. Same is symmetric: a
// key and its reverse are one flow.
type Key struct {
	Src, Dst         [16]byte
	SrcPort, DstPort uint16
	Proto            uint8
	IPVersion        uint8
	Pair             uint16
	VLAN             [3]uint16
	Depth            uint8
	// AnyVLAN: flows are told apart without VLAN, which is only noted.
	AnyVLAN bool
}

// ICMP messages that belong together share a flow: the "ports" are the type of
// the message and the type that answers it (RFC 792, RFC 4443).
var icmpAnswer = [256]uint8{0: 8, 8: 0, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 9: 10, 10: 9}
var icmp6Answer = [256]uint8{128: 129, 129: 128, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140, 140: 139, 144: 145, 145: 144}

// KeyOf fills k from a decoded packet. An ICMP error belongs to the flow of the
// packet that caused it. ok is false for what has no flow: no IP, fragments, and
// protocols without a notion of one, such as GRE.
func KeyOf(p *input.Packet, k *Key, track Tracking) bool {
	if p.IPVersion == 0 || p.Fragment || p.Invalid {
		return false
	}
	k.IPVersion = p.IPVersion
	k.Proto = p.Proto
	k.VLAN = p.VLAN
	k.AnyVLAN = track&TrackVLAN == 0
	k.Depth = 0
	if track&TrackDepth != 0 {
		k.Depth = p.Depth
	}
	k.Pair = 0
	if p.Embedded.OK {
		// Turned around, so that the error goes the way of the answers to the
		// packet that it carries.
		e := &p.Embedded
		k.Src, k.Dst = e.Dst, e.Src
		k.SrcPort, k.DstPort = e.DstPort, e.SrcPort
		k.Proto = e.Proto
		return true
	}
	k.Src, k.Dst = p.Src, p.Dst
	switch {
	case p.HasPorts:
		k.SrcPort, k.DstPort = p.SrcPort, p.DstPort
	case p.Proto == 1:
		k.SrcPort, k.DstPort = uint16(p.ICMPType), icmpPeer(&icmpAnswer, p.ICMPType)
	case p.Proto == 58:
		k.SrcPort, k.DstPort = uint16(p.ICMPType), icmpPeer(&icmp6Answer, p.ICMPType)
	case p.Proto == 50 && p.L4Off > 0:
		// The security parameters index tells associations between two hosts apart.
		spi := p.Frame[p.L4Off : p.L4Off+4]
		k.SrcPort, k.DstPort = uint16(spi[0])<<8|uint16(spi[1]), uint16(spi[2])<<8|uint16(spi[3])
	case p.Proto == 4, p.Proto == 41:
		k.SrcPort, k.DstPort = 0, 0
	default:
		return false
	}
	return true
}

func icmpPeer(t *[256]uint8, typ uint8) uint16 {
	if a := t[typ]; a != 0 || typ == 8 {
		return uint16(a)
	}
	return uint16(typ)
}

// Hash is symmetric and seeded: a flood of tuples chosen to collide needs the
// seed. The mixing is the folded 128-bit multiplication of wyhash.
func (k *Key) Hash(seed uint64) uint64 {
	a0, a1 := load(k.Src[0:8]), load(k.Src[8:16])
	b0, b1 := load(k.Dst[0:8]), load(k.Dst[8:16])
	a := mix(a0^seed, a1^(uint64(k.SrcPort)<<32|0x9E3779B97F4A7C15))
	b := mix(b0^seed, b1^(uint64(k.DstPort)<<32|0x9E3779B97F4A7C15))
	// The sum and the exclusive or of both ends do not depend on their order.
	misc := uint64(k.Proto) | uint64(k.Depth)<<8 | uint64(k.Pair)<<48
	if !k.AnyVLAN {
		misc |= uint64(k.VLAN[0])<<16 | uint64(k.VLAN[1])<<32
		misc ^= uint64(k.VLAN[2]) * 0x9E3779B97F4A7C15
	}
	return mix((a+b)^0xD1B54A32D192ED03, (a^b)^misc^seed)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func load(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// match compares a key with a record and gives the packet's direction.
func (r *Record) match(k *Key) (input.Dir, bool) {
	if r.Proto != k.Proto || r.IPVersion != k.IPVersion || !k.AnyVLAN && r.VLAN != [2]uint16(k.VLAN[:2]) || r.Depth != k.Depth || r.Pair != k.Pair {
		return input.DirUnknown, false
	}
	if !k.AnyVLAN && r.VLAN3 != k.VLAN[2] {
		return input.DirUnknown, false
	}
	if r.SrcPort == k.SrcPort && r.DstPort == k.DstPort && r.Src == k.Src && r.Dst == k.Dst {
		return input.ToServer, true
	}
	if r.SrcPort == k.DstPort && r.DstPort == k.SrcPort && r.Src == k.Dst && r.Dst == k.Src {
		return input.ToClient, true
	}
	return input.DirUnknown, false
}
