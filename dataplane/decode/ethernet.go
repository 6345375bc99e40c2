package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

func (d *Decoder) ethernet(p *packet.Packet, off, end int) bool {
	b := p.Frame[off:end]
	if len(b) < header.EthernetSize {
		invalid(p, input.DecodeEthernetPktTooSmall)
		return false
	}
	if !d.layer(p) {
		return false
	}
	p.L2Off = int32(off)
	typ := header.Ethernet(b).Type()
	off += header.EthernetSize
	if typ == header.EtherTypeIPv4 {
		p.EtherType = typ
		d.ipv4(p, off, end)
		return true
	}
	d.network(p, typ, off, end)
	return true
}

// vlan decodes an 802.1Q, 802.1ad or 0x9100 tag; up to three may be stacked.
func (d *Decoder) vlan(p *packet.Packet, off, end int) bool {
	if int(p.VLANCount) >= len(p.VLAN) {
		p.Events.Set(input.DecodeVLANTooManyLayers)
		return false
	}
	b := p.Frame[off:end]
	if len(b) < header.VLANSize {
		invalid(p, input.DecodeVLANHeaderTooSmall)
		return false
	}
	if !d.layer(p) {
		return false
	}
	p.VLAN[p.VLANCount] = header.VLAN(b).ID()
	p.VLANCount++
	if !d.network(p, header.VLAN(b).Type(), off+header.VLANSize, end) {
		invalid(p, input.DecodeVLANUnknownType)
		return false
	}
	return true
}

// Sizes of tags that stand behind their EtherType, the inner type included:
// 802.1ah I-tag with the customer's addresses, 802.1BR E-tag, VN-tag, and the
// two octets that FabricPath puts before another Ethernet header.
const (
	pbbSize   = 18
	etagSize  = 8
	vntagSize = 6
	dceSize   = 2
)

// pbb decodes an 802.1ah (MAC-in-MAC) I-tag.
func (d *Decoder) pbb(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < pbbSize {
		invalid(p, input.DecodeIEEE8021ahHeaderTooSmall)
		return
	}
	if d.layer(p) {
		d.network(p, binary.BigEndian.Uint16(b[pbbSize-2:]), off+pbbSize, end)
	}
}

// etag decodes an 802.1BR E-tag.
func (d *Decoder) etag(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < etagSize {
		invalid(p, input.DecodeETagHeaderTooSmall)
		return
	}
	if d.layer(p) && !d.network(p, binary.BigEndian.Uint16(b[etagSize-2:]), off+etagSize, end) {
		invalid(p, input.DecodeETagUnknownType)
	}
}

// vntag decodes an 802.1Qbh VN-tag.
func (d *Decoder) vntag(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < vntagSize {
		invalid(p, input.DecodeVNTagHeaderTooSmall)
		return
	}
	if d.layer(p) && !d.network(p, binary.BigEndian.Uint16(b[vntagSize-2:]), off+vntagSize, end) {
		invalid(p, input.DecodeVNTagUnknownType)
	}
}

// dce decodes FabricPath's encapsulation of a whole Ethernet frame.
func (d *Decoder) dce(p *packet.Packet, off, end int) {
	if end-off < dceSize+header.EthernetSize {
		invalid(p, input.DecodeDCEPktTooSmall)
		return
	}
	d.ethernet(p, off+dceSize, end)
}

// arp checks an ARP packet for IPv4 over Ethernet (RFC 826).
func (d *Decoder) arp(p *packet.Packet, off, end int) bool {
	b := header.ARP(p.Frame[off:end])
	if len(b) < header.ARPMinSize {
		invalid(p, input.DecodeARPPktTooSmall)
		return false
	}
	if !d.layer(p) {
		return false
	}
	var e input.EventID
	switch {
	case b.Hardware() != 1:
		e = input.DecodeARPUnsupportedHardware
	case b.Protocol() != header.EtherTypeIPv4:
		e = input.DecodeARPUnsupportedProtocol
	case len(b) < header.ARPSize:
		e = input.DecodeARPInvalidPkt
	case b.HardwareLen() != 6:
		e = input.DecodeARPInvalidHardwareSize
	case b.ProtocolLen() != 4:
		e = input.DecodeARPInvalidProtocolSize
	case b.Operation() < 1 || b.Operation() > 4:
		e = input.DecodeARPUnsupportedOpcode
	default:
		p.EtherType = header.EtherTypeARP
		p.L3Off, p.L3End = int32(off), int32(off+header.ARPSize)
		return true
	}
	invalid(p, e)
	return false
}
