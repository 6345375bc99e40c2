package packetbuild

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// IPOptions are the fields of an IP header that a test may want to choose. The
// zero value gives TTL 64 and no flags.
type IPOptions struct {
	TTL  uint8
	TOS  uint8
	DF   bool
	ID   uint16 // IPv4 only
	Flow uint32 // IPv6 flow label
	// HopByHop and DestOpts put an empty extension header of that kind before
	// the payload (IPv6).
	HopByHop, DestOpts bool
}

// Datagram builds an IPv4 or IPv6 datagram around finished transport octets.
// The address family is that of src; dst must be of the same.
func Datagram(src, dst netip.Addr, proto uint8, transport []byte, o IPOptions) []byte {
	return datagram(src, dst, layers.IPProtocol(proto), o, gopacket.Payload(transport))
}

// datagram serializes an IP header and the layers in it, with the transport
// checksum computed over the pseudo-header.
func datagram(src, dst netip.Addr, proto layers.IPProtocol, o IPOptions, inner ...gopacket.SerializableLayer) []byte {
	if o.TTL == 0 {
		o.TTL = 64
	}
	if src.Is4() != dst.Is4() {
		panic("packetbuild: " + src.String() + " and " + dst.String() + " are of different families")
	}
	if src.Is4() {
		ip := &layers.IPv4{
			Version: 4, IHL: 5, TTL: o.TTL, TOS: o.TOS, Id: o.ID, Protocol: proto,
			SrcIP: src.AsSlice(), DstIP: dst.AsSlice(),
		}
		if o.DF {
			ip.Flags = layers.IPv4DontFragment
		}
		bindChecksum(ip, inner)
		return Serialize(append([]gopacket.SerializableLayer{ip}, inner...)...)
	}
	ip := &layers.IPv6{
		Version: 6, HopLimit: o.TTL, TrafficClass: o.TOS, FlowLabel: o.Flow, NextHeader: proto,
		SrcIP: src.AsSlice(), DstIP: dst.AsSlice(),
	}
	bindChecksum(ip, inner)
	var all []gopacket.SerializableLayer
	next := &ip.NextHeader
	ext := func(kind layers.IPProtocol) {
		*next = kind
		// Next header, length 0 (8 octets), PadN of four (RFC 8200 §4.2).
		h := gopacket.Payload{byte(proto), 0, 1, 4, 0, 0, 0, 0}
		next = (*layers.IPProtocol)(&h[0])
		all = append(all, h)
	}
	if o.HopByHop {
		ext(layers.IPProtocolIPv6HopByHop)
	}
	if o.DestOpts {
		ext(layers.IPProtocolIPv6Destination)
	}
	return Serialize(append(append([]gopacket.SerializableLayer{ip}, all...), inner...)...)
}

func bindChecksum(ip gopacket.NetworkLayer, inner []gopacket.SerializableLayer) {
	for _, l := range inner {
		if c, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			if err := c.SetNetworkLayerForChecksum(ip); err != nil {
				panic("packetbuild: " + err.Error())
			}
		}
	}
}

// flowEnds are the two ends of a conversation; index by Side.
type flowEnds [2]netip.AddrPort

func parseEnds(client, server string) flowEnds {
	return flowEnds{netip.MustParseAddrPort(client), netip.MustParseAddrPort(server)}
}

// Side is an end of a conversation.
type Side uint8

// The two ends: the client speaks first.
const (
	Client Side = iota
	Server
)

// Peer is the other end.
func (s Side) Peer() Side { return 1 - s }
