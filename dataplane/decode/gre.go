package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// GRE version 0 (RFC 1701, RFC 2784, RFC 2890) and version 1, PPTP's (RFC 2637
// §4.1).
//
//	+-+-+-+-+-+-----+-+---------+-----+-------------------------------+
//	|C|R|K|S|s|Recur|A|  Flags  | Ver |         Protocol Type         |
//	+-+-+-+-+-+-----+-+---------+-----+-------------------------------+
//	| checksum and offset, key (v1: length, call id), sequence,       |
//	| v1: acknowledgment, v0: source route                            |
const (
	greSize     = 4
	greWord     = 4
	greChecksum = 0x80
	greRoute    = 0x40
	greKey      = 0x20
	greSeq      = 0x10
	greStrict   = 0x08
	greRecur    = 0x07
	greFlags    = 0x78
	greAck      = 0x80
	greVersion  = 0x07
	// greSRESize is the header of a source route entry.
	greSRESize = 4
)

func (d *Decoder) gre(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < greSize {
		invalid(p, input.DecodeGREPktTooSmall)
		return
	}
	if !d.layer(p) {
		return
	}
	p.L4Off = int32(off)
	proto := binary.BigEndian.Uint16(b[2:])
	n, e := 0, input.EventID(fine)
	switch b[1] & greVersion {
	case 0:
		n, e = gre0(b)
	case 1:
		n, e = gre1(b, proto)
	default:
		e = input.DecodeGREWrongVersion
	}
	if e != fine {
		invalid(p, e)
		return
	}
	off += n
	switch proto {
	case header.EtherTypeIPv4:
		d.tunnel(p, off, end, contentIPv4)
	case header.EtherTypeIPv6:
		d.tunnel(p, off, end, contentIPv6)
	case header.EtherTypePPP:
		// PPTP's acknowledgments carry nothing.
		if b[1]&greVersion == 1 && binary.BigEndian.Uint16(b[greSize:]) == 0 {
			return
		}
		d.tunnel(p, off, end, contentPPP)
	case header.EtherTypeVLAN:
		d.tunnel(p, off, end, contentVLAN)
	case header.EtherTypeBridge:
		d.tunnel(p, off, end, contentEthernet)
	case header.EtherTypeARP:
		d.tunnel(p, off, end, contentARP)
	case header.EtherTypeERSPAN:
		// Type I has no header of its own and no sequence number.
		if b[0]&greSeq == 0 {
			d.tunnel(p, off, end, contentEthernet)
		} else {
			d.tunnel(p, off, end, contentERSPAN2)
		}
	case header.EtherTypeERSPAN3:
		d.tunnel(p, off, end, contentERSPAN3)
	}
}

// gre0 is the header length of a version 0 packet, or what is wrong with it.
func gre0(b []byte) (int, input.EventID) {
	if b[0]&greRecur != 0 {
		return 0, input.DecodeGREVersion0Recur
	}
	if b[1]&greFlags != 0 {
		return 0, input.DecodeGREVersion0Flags
	}
	n := greSize
	if b[0]&(greChecksum|greRoute) != 0 {
		n += greWord
	}
	if b[0]&greKey != 0 {
		n += greWord
	}
	if b[0]&greSeq != 0 {
		n += greWord
	}
	if n > len(b) {
		return 0, input.DecodeGREVersion0HdrTooBig
	}
	if b[0]&greRoute == 0 {
		return n, fine
	}
	// Source route entries up to the empty one (RFC 1701).
	for {
		if n+greSRESize > len(b) {
			return 0, input.DecodeGREVersion0MalformedSREHdr
		}
		family, size := binary.BigEndian.Uint16(b[n:]), int(b[n+3])
		n += greSRESize
		if family == 0 && size == 0 {
			return n, fine
		}
		if n += size; n > len(b) {
			return 0, input.DecodeGREVersion0MalformedSREHdr
		}
	}
}

// gre1 is gre0 for version 1, which has a key always and no checksum or route.
func gre1(b []byte, proto uint16) (int, input.EventID) {
	switch {
	case b[0]&greChecksum != 0:
		return 0, input.DecodeGREVersion1Chksum
	case b[0]&greRoute != 0:
		return 0, input.DecodeGREVersion1Route
	case b[0]&greStrict != 0:
		return 0, input.DecodeGREVersion1SSR
	case b[0]&greRecur != 0:
		return 0, input.DecodeGREVersion1Recur
	case b[1]&greFlags != 0:
		return 0, input.DecodeGREVersion1Flags
	case proto != header.EtherTypePPP:
		return 0, input.DecodeGREVersion1WrongProtocol
	case b[0]&greKey == 0:
		return 0, input.DecodeGREVersion1NoKey
	}
	n := greSize + greWord
	if b[0]&greSeq != 0 {
		n += greWord
	}
	if b[1]&greAck != 0 {
		n += greWord
	}
	if n > len(b) {
		return 0, input.DecodeGREVersion1HdrTooBig
	}
	return n, fine
}

// ERSPAN header of type II (8 octets) and III (12, and 8 more with the O bit);
// both start with version and VLAN (draft-foschiano-erspan §4).
const (
	erspan2Size    = 8
	erspan3Size    = 12
	erspan3SubSize = 8
)

// erspan decodes a mirrored frame behind an ERSPAN header of this version.
func (d *Decoder) erspan(p *packet.Packet, off, end int, version uint16) bool {
	b := p.Frame[off:end]
	size := erspan2Size
	if version == 2 {
		size = erspan3Size
	}
	if len(b) < size {
		return erspanBad(p, input.DecodeERSPANHeaderTooSmall)
	}
	if !d.layer(p) {
		return false
	}
	word := binary.BigEndian.Uint16(b)
	if word>>12 != version {
		return erspanBad(p, input.DecodeERSPANUnsupportedVersion)
	}
	if version == 2 && b[erspan3Size-1]&1 != 0 {
		if size += erspan3SubSize; len(b) < size {
			return erspanBad(p, input.DecodeERSPANHeaderTooSmall)
		}
	}
	if id := word & 0x0fff; id != 0 {
		if int(p.VLANCount) >= len(p.VLAN) {
			return erspanBad(p, input.DecodeERSPANTooManyVLANLayers)
		}
		p.VLAN[p.VLANCount] = id
		p.VLANCount++
	}
	return d.ethernet(p, off+size, end)
}

// erspanBad raises an event of a header that makes no packet on who carries it:
// nothing else is left to tell of it.
func erspanBad(p *packet.Packet, e input.EventID) bool {
	if p.Carrier != nil {
		p = p.Carrier
	}
	p.Events.Set(e)
	return false
}
