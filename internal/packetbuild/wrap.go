package packetbuild

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// PDU is what an Ethernet frame carries: a type and the octets behind it.
type PDU struct {
	Type layers.EthernetType
	Data []byte
}

// Wrap puts something around a PDU: a tag or a whole tunnel. reply is set on
// packets from server to client, so that tunnels can swap their ends.
type Wrap func(p PDU, reply bool) PDU

// VLAN adds one 802.1Q tag. Two of them, inner first, make 802.1Q in 802.1Q.
func VLAN(id uint16) Wrap { return tag(layers.EthernetTypeDot1Q, id) }

// ServiceVLAN adds an 802.1ad tag, the outer one of QinQ.
func ServiceVLAN(id uint16) Wrap { return tag(layers.EthernetTypeQinQ, id) }

func tag(kind layers.EthernetType, id uint16) Wrap {
	return func(p PDU, _ bool) PDU {
		b := binary.BigEndian.AppendUint16(nil, id&0x0fff)
		b = binary.BigEndian.AppendUint16(b, uint16(p.Type))
		return PDU{kind, append(b, p.Data...)}
	}
}

// PPPoE puts an IP datagram into a PPPoE session (RFC 2516).
func PPPoE(session uint16) Wrap {
	return func(p PDU, _ bool) PDU {
		proto := uint16(0x0021)
		if p.Type == layers.EthernetTypeIPv6 {
			proto = 0x0057
		}
		b := []byte{0x11, 0x00}
		b = binary.BigEndian.AppendUint16(b, session)
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.Data)+2))
		b = binary.BigEndian.AppendUint16(b, proto)
		return PDU{layers.EthernetTypePPPoESession, append(b, p.Data...)}
	}
}

// MPLS puts a label stack before the datagram, outermost label first (RFC 3032).
func MPLS(labels_ ...uint32) Wrap {
	return func(p PDU, _ bool) PDU {
		var b []byte
		for i, l := range labels_ {
			word := l<<12 | 64
			if i == len(labels_)-1 {
				word |= 1 << 8
			}
			b = binary.BigEndian.AppendUint32(b, word)
		}
		return PDU{layers.EthernetTypeMPLSUnicast, append(b, p.Data...)}
	}
}

// IPIP puts the datagram directly into another one; a and b are the tunnel's
// ends on the client's and the server's side (RFC 2003, RFC 4213).
func IPIP(a, b string) Wrap {
	return func(p PDU, reply bool) PDU {
		proto := layers.IPProtocolIPv4
		if p.Type == layers.EthernetTypeIPv6 {
			proto = layers.IPProtocolIPv6
		}
		return tunnel(a, b, reply, proto, gopacket.Payload(p.Data))
	}
}

// GRE puts the PDU into GRE version 0 (RFC 2784); a key is added when it is not
// zero (RFC 2890).
func GRE(a, b string, key uint32) Wrap {
	return func(p PDU, reply bool) PDU {
		h := &layers.GRE{Protocol: p.Type, KeyPresent: key != 0, Key: key}
		return tunnel(a, b, reply, layers.IPProtocolGRE, h, gopacket.Payload(p.Data))
	}
}

// VXLAN puts the PDU, framed as Ethernet, into VXLAN (RFC 7348).
func VXLAN(a, b string, vni uint32) Wrap {
	return func(p PDU, reply bool) PDU {
		return tunnelUDP(a, b, reply, 4789, &layers.VXLAN{ValidIDFlag: true, VNI: vni}, gopacket.Payload(innerFrame(p)))
	}
}

// Geneve puts the PDU, framed as Ethernet, into Geneve without options
// (RFC 8926).
func Geneve(a, b string, vni uint32) Wrap {
	return func(p PDU, reply bool) PDU {
		h := binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(layers.EthernetTypeTransparentEthernetBridging))
		h = binary.BigEndian.AppendUint32(h, vni<<8)
		return tunnelUDP(a, b, reply, 6081, gopacket.Payload(h), gopacket.Payload(innerFrame(p)))
	}
}

// Teredo puts an IPv6 datagram into UDP port 3544 (RFC 4380).
func Teredo(a, b string) Wrap {
	return func(p PDU, reply bool) PDU {
		return tunnelUDP(a, b, reply, 3544, gopacket.Payload(p.Data))
	}
}

func innerFrame(p PDU) []byte {
	src, dst := netip.MustParseAddr("198.18.255.1"), netip.MustParseAddr("198.18.255.2")
	if isIP(p.Type) {
		src, dst = addresses(p.Data)
	}
	return Serialize(&layers.Ethernet{SrcMAC: MAC(src), DstMAC: MAC(dst), EthernetType: p.Type}, gopacket.Payload(p.Data))
}

func tunnelUDP(a, b string, reply bool, port uint16, inner ...gopacket.SerializableLayer) PDU {
	u := &layers.UDP{SrcPort: 49152, DstPort: layers.UDPPort(port)}
	return tunnel(a, b, reply, layers.IPProtocolUDP, append([]gopacket.SerializableLayer{u}, inner...)...)
}

func tunnel(a, b string, reply bool, proto layers.IPProtocol, inner ...gopacket.SerializableLayer) PDU {
	src, dst := netip.MustParseAddr(a), netip.MustParseAddr(b)
	if reply {
		src, dst = dst, src
	}
	d := datagram(src, dst, proto, IPOptions{}, inner...)
	return PDU{etherTypeOf(d), d}
}
