package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// Sizes of link headers (https://www.tcpdump.org/linktypes.html) and the place
// of the protocol in them.
const (
	nullSize      = 4
	chdlcSize     = 4
	chdlcProto    = 2
	sllSize       = 16
	sllProto      = 14
	sll2Size      = 20
	afINET        = 2
	afINET6Linux  = 10
	afINET6Win    = 23
	afINET6BSD    = 24
	afINET6Sun    = 26
	afINET6FreeBS = 28
	afINET6Darwin = 30
)

// raw decodes IPv4 or IPv6 by the version nibble.
func (d *Decoder) raw(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < header.IPv4MinSize {
		invalid(p, input.DecodeIPv4PktTooSmall)
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.ipv4(p, off, end)
	case 6:
		d.ipv6(p, off, end)
	default:
		p.Events.Set(input.DecodeIPRawInvalidIPVersion)
	}
}

// null decodes BSD loopback. The address family is in the byte order of the
// machine that captured (LinkNull) or of the network (LinkLoop): both are
// tried, since no family fits both ways.
func (d *Decoder) null(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < nullSize {
		invalid(p, input.DecodeLTNullPktTooSmall)
		return
	}
	af := binary.LittleEndian.Uint32(b)
	if af > 0xffff {
		af = binary.BigEndian.Uint32(b)
	}
	switch af {
	case afINET:
		d.ipv4(p, off+nullSize, end)
	case afINET6Linux, afINET6Win, afINET6BSD, afINET6Sun, afINET6FreeBS, afINET6Darwin:
		d.ipv6(p, off+nullSize, end)
	default:
		p.Events.Set(input.DecodeLTNullUnsupportedType)
	}
}

// chdlc decodes Cisco HDLC.
func (d *Decoder) chdlc(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < chdlcSize {
		invalid(p, input.DecodeCHDLCPktTooSmall)
		return
	}
	if d.layer(p) {
		d.network(p, binary.BigEndian.Uint16(b[chdlcProto:]), off+chdlcSize, end)
	}
}

// sll decodes Linux cooked capture.
func (d *Decoder) sll(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < sllSize {
		invalid(p, input.DecodeSLLPktTooSmall)
		return
	}
	if d.layer(p) {
		d.network(p, binary.BigEndian.Uint16(b[sllProto:]), off+sllSize, end)
	}
}

// sll2 decodes the second version of Linux cooked capture.
func (d *Decoder) sll2(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < sll2Size {
		invalid(p, input.DecodeSLL2PktTooSmall)
		return
	}
	if d.layer(p) {
		d.network(p, binary.BigEndian.Uint16(b), off+sll2Size, end)
	}
}
