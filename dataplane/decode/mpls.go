package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// MPLS label stack entry (RFC 3032 §2.1) and the labels with a meaning.
//
//	+----------------------------------------+-----+-+---------------+
//	|                 Label (20)             | Exp |S|      TTL      |
//	+----------------------------------------+-----+-+---------------+
const (
	mplsSize        = 4
	mplsIPv4        = 0
	mplsRouterAlert = 1
	mplsIPv6        = 2
	mplsNull        = 3
	mplsReserved    = 15
	// A pseudowire's control word starts with a zero nibble (RFC 4385 §3).
	mplsControlWord = 4
)

func (d *Decoder) mpls(p *packet.Packet, off, end int) bool {
	if !d.layer(p) {
		return false
	}
	var shim uint32
	for shim&0x100 == 0 {
		if end-off < mplsSize {
			invalid(p, input.DecodeMPLSHeaderTooSmall)
			return false
		}
		shim = binary.BigEndian.Uint32(p.Frame[off:])
		off += mplsSize
	}
	switch label := shim >> 12; {
	case label == mplsIPv4:
		return d.ipv4(p, off, end)
	case label == mplsIPv6:
		return d.ipv6(p, off, end)
	case label == mplsRouterAlert:
		p.Events.Set(input.DecodeMPLSBadLabelRouterAlert)
		return true
	case label == mplsNull:
		p.Events.Set(input.DecodeMPLSBadLabelImplicitNull)
		return true
	case label < mplsReserved:
		p.Events.Set(input.DecodeMPLSBadLabelReserved)
		return true
	}
	if end-off < mplsControlWord {
		invalid(p, input.DecodeMPLSPktTooSmall)
		return false
	}
	// Nothing names the payload; its first nibble has to do.
	switch p.Frame[off] >> 4 {
	case 4:
		p.EtherType = header.EtherTypeIPv4
		d.ipv4(p, off, end)
	case 6:
		p.EtherType = header.EtherTypeIPv6
		d.ipv6(p, off, end)
	case 0:
		d.ethernet(p, off+mplsControlWord, end)
	default:
		invalid(p, input.DecodeMPLSUnknownPayloadType)
	}
	return true
}

// NSH base and service path header (RFC 8300 §2.2, §2.3).
//
//	+---+-+-+-----------+-----------+-------+-------+---------------+
//	|Ver|O|U|    TTL    |   Length  |U|U|U|U|MD Type| Next Protocol |
//	+---+-+-+-----------+-----------+-------+-------+---------------+
//	|          Service Path Identifier              | Service Index |
//	+-----------------------------------------------+---------------+
const (
	nshSize      = 8
	nshMD1Size   = 24
	nshIPv4      = 1
	nshIPv6      = 2
	nshEthernet  = 3
	nshMPLS      = 5
	nshMDFixed   = 1
	nshMDVar     = 2
	nshMDReserve = 0xf
)

func (d *Decoder) nsh(p *packet.Packet, off, end int) bool {
	b := p.Frame[off:end]
	if len(b) < nshSize {
		invalid(p, input.DecodeNSHHeaderTooSmall)
		return false
	}
	if !d.layer(p) {
		return false
	}
	word := binary.BigEndian.Uint16(b)
	if word>>14 != 0 {
		p.Events.Set(input.DecodeNSHUnsupportedVersion)
		return true
	}
	n := int(word&0x3f) * 4
	if n >= len(b) {
		invalid(p, input.DecodeNSHBadHeaderLength)
		return false
	}
	switch md := b[2] & 0xf; {
	case md == 0 || md == nshMDReserve:
		p.Events.Set(input.DecodeNSHReservedType)
		return true
	case md == nshMDFixed && n != nshMD1Size, md == nshMDVar && n < nshSize:
		invalid(p, input.DecodeNSHBadHeaderLength)
		return false
	case md > nshMDVar:
		p.Events.Set(input.DecodeNSHUnsupportedType)
		return true
	}
	off += n
	switch b[3] {
	case nshIPv4:
		p.EtherType = header.EtherTypeIPv4
		return d.ipv4(p, off, end)
	case nshIPv6:
		p.EtherType = header.EtherTypeIPv6
		return d.ipv6(p, off, end)
	case nshEthernet:
		return d.ethernet(p, off, end)
	case nshMPLS:
		return d.mpls(p, off, end)
	}
	p.Events.Set(input.DecodeNSHUnknownPayload)
	return true
}
