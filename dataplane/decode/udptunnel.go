package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// udpTunnel looks for a packet in the payload Frame[off:end] of a UDP datagram.
// What does not hold together as a tunnel stays an ordinary payload.
func (d *Decoder) udpTunnel(p *packet.Packet, off, end int) {
	n := end - off
	if d.teredo.on && n >= header.IPv6Size && (d.teredo.any || d.teredo.has(p.SrcPort) || d.teredo.has(p.DstPort)) &&
		d.teredoIn(p, off, end) {
		return
	}
	// Both headers are eight octets; most datagrams are on neither's ports.
	if n < geneveSize || d.tunnelPorts[uint8(p.SrcPort)]|d.tunnelPorts[uint8(p.DstPort)] == 0 {
		return
	}
	if d.geneve.on && (d.geneve.has(p.SrcPort) || d.geneve.has(p.DstPort)) && d.geneveIn(p, off, end) {
		return
	}
	if d.vxlan.on && d.vxlan.has(p.DstPort) {
		d.vxlanIn(p, off, end)
	}
}

// teredoOrigin is the size of an origin indication (RFC 4380 §5.1.1).
const teredoOrigin = 8

// teredoIn decodes IPv6 in UDP (RFC 4380). No field says that it is Teredo, so
// the length must fit exactly and the inner packet be valid.
func (d *Decoder) teredoIn(p *packet.Packet, off, end int) bool {
	b := p.Frame[off:end]
	if len(b) < header.IPv6Size {
		return false
	}
	if b[0] == 0 {
		if b[1] != 0 || len(b) < teredoOrigin+header.IPv6Size {
			return false
		}
		b = b[teredoOrigin:]
		off += teredoOrigin
	}
	if b[0]>>4 != 6 {
		return false
	}
	h := header.IPv6(b)
	if h.HopLimit() == 0 || h.NextHeader() == header.ProtoHopOpts && h.PayloadLen() < 8 ||
		len(b) != header.IPv6Size+h.PayloadLen() {
		return false
	}
	return d.tunnel(p, off, end, contentTeredo)
}

// Geneve (RFC 8926 §3.4).
//
//	+---+-----------+-+-+-----------+-------------------------------+
//	|Ver|  Opt Len  |O|C|    Rsvd   |          Protocol Type        |
//	+---+-----------+-+-+-----------+---------------+---------------+
//	|        Virtual Network Identifier (VNI)       |    Reserved   |
//	+-----------------------------------------------+---------------+
const (
	geneveSize    = 8
	geneveOptSize = 4
)

func (d *Decoder) geneveIn(p *packet.Packet, off, end int) bool {
	b := p.Frame[off:end]
	if len(b) < geneveSize || !d.layer(p) {
		return false
	}
	n := geneveSize + int(b[0]&0x3f)*4
	if n > len(b) || b[0]>>6 != 0 || b[1]&0x3f != 0 || b[7] != 0 {
		return false
	}
	// The options must end where the header does.
	at := geneveSize
	for at < n {
		at += geneveOptSize + int(b[at+3]&0x1f)*4
	}
	if at != n {
		return false
	}
	switch off += n; binary.BigEndian.Uint16(b[2:]) {
	case header.EtherTypeIPv4:
		d.tunnel(p, off, end, contentIPv4)
	case header.EtherTypeIPv6:
		d.tunnel(p, off, end, contentIPv6)
	case header.EtherTypeBridge:
		d.tunnel(p, off, end, contentEthernet)
	case header.EtherTypeARP:
	default:
		invalid(p, input.DecodeGeneveUnknownPayloadType)
	}
	return true
}

// VXLAN (RFC 7348 §5).
//
//	+-+-+-+-+-+-+-+-+-----------------------------------------------+
//	|R|R|R|R|I|R|R|R|            Reserved                           |
//	+-+-+-+-+-+-+-+-+-----------------------------------------------+
//	|                VXLAN Network Identifier       |   Reserved    |
//	+-----------------------------------------------+---------------+
const (
	vxlanSize = 8
	vxlanI    = 0x08
)

func (d *Decoder) vxlanIn(p *packet.Packet, off, end int) bool {
	b := p.Frame[off:end]
	if len(b) < vxlanSize+header.EthernetSize || !d.layer(p) {
		return false
	}
	if b[0]&vxlanI == 0 {
		return false
	}
	if d.vxlanStrict && (b[0] != vxlanI || b[1]|b[2]|b[3]|b[7] != 0) {
		return false
	}
	switch header.Ethernet(b[vxlanSize:]).Type() {
	case header.EtherTypeIPv4, header.EtherTypeIPv6,
		header.EtherTypeVLAN, header.EtherTypeQinQ, header.EtherTypeOldQinQ:
		d.tunnel(p, off+vxlanSize, end, contentEthernet)
	case header.EtherTypeARP:
	default:
		invalid(p, input.DecodeVXLANUnknownPayloadType)
	}
	return true
}
