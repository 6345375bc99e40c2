package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// IGMP (RFC 2236 §2, RFC 9776 §4).
const (
	igmpSize    = 8
	igmpQuery   = 0x11
	igmpReport3 = 0x22
	// igmpQuery3Size is a version 3 query without its sources, igmpRecordSize a
	// group record without sources and auxiliary data.
	igmpQuery3Size = 12
	igmpRecordSize = 8
	// igmpMaxSources is what fits a datagram with a router alert option.
	igmpMaxSources = (65535 - 24 - igmpQuery3Size) / 4
)

func (d *Decoder) igmp(p *packet.Packet, off, end int) {
	b := p.Frame[off:end]
	if len(b) < igmpSize {
		invalid(p, input.DecodeIGMPPktTooSmall)
		return
	}
	p.L4Off = int32(off)
	hlen := igmpSize
	switch {
	case b[0] == igmpQuery && len(b) >= igmpQuery3Size:
		sources := int(binary.BigEndian.Uint16(b[10:]))
		hlen = igmpQuery3Size + sources*4
		if sources > igmpMaxSources {
			invalid(p, input.DecodeIGMPMalformed)
			return
		}
		if hlen > len(b) {
			invalid(p, input.DecodeIGMPV3PktTooSmall)
			return
		}
	case b[0] == igmpReport3:
		for n := binary.BigEndian.Uint16(b[6:]); n > 0; n-- {
			if len(b)-hlen < igmpRecordSize {
				invalid(p, input.DecodeIGMPV3PktTooSmall)
				return
			}
			r := b[hlen:]
			hlen += igmpRecordSize + int(r[1])*4 + int(binary.BigEndian.Uint16(r[2:]))*4
			if hlen > len(b) {
				invalid(p, input.DecodeIGMPMalformed)
				return
			}
		}
	}
	payload(p, off+hlen, end)
}
