package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// Decoder decodes the packets of one worker.
type Decoder struct {
	maxLayers             int
	vxlan, geneve, teredo ports
	vxlanStrict           bool
	withESP, tag          bool
	// tunnelPorts is 1 for the low octet of every port of Geneve and VXLAN.
	tunnelPorts [256]uint8
	pool        *packet.Pool
}

// New makes a decoder that takes inner packets from pool. The error is
// Config.Validate's.
func New(c Config, pool *packet.Pool) (*Decoder, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	d := &Decoder{
		maxLayers:   c.MaxLayers,
		vxlan:       compilePorts(c.VXLAN),
		geneve:      compilePorts(c.Geneve),
		teredo:      compilePorts(c.Teredo),
		vxlanStrict: c.VXLANStrict,
		withESP:     c.ESP,
		tag:         c.VNTag,
		pool:        pool,
	}
	for _, t := range []*ports{&d.geneve, &d.vxlan} {
		for i := range d.tunnelPorts {
			if t.on && t.any {
				d.tunnelPorts[i] = 1
			}
		}
		for _, port := range t.list {
			if t.on {
				d.tunnelPorts[uint8(port)] = 1
			}
		}
	}
	return d, nil
}

// Decode fills p from a frame of the given link type that arrived at timeUS
// (microseconds since the epoch) as number num of its port. Nothing of an
// earlier use is left in p but Handle, RSSHash and the ports, which are the
// caller's.
//
// Ownership: p borrows frame. Packets found inside hang on p.Inner, from the
// decoder's pool.
func (d *Decoder) Decode(p *packet.Packet, frame []byte, link input.LinkType, timeUS int64, num uint64) {
	reset(p, frame)
	p.Link, p.TimeUS, p.Num = link, timeUS, num
	end := len(frame)
	switch link {
	case input.LinkEthernet:
		d.ethernet(p, 0, end)
	case input.LinkRaw:
		d.raw(p, 0, end)
	case input.LinkIPv4:
		d.ipv4(p, 0, end)
	case input.LinkIPv6:
		d.ipv6(p, 0, end)
	case input.LinkNull, input.LinkLoop:
		d.null(p, 0, end)
	case input.LinkPPP:
		d.ppp(p, 0, end)
	case input.LinkCHDLC:
		d.chdlc(p, 0, end)
	case input.LinkSLL:
		d.sll(p, 0, end)
	case input.LinkSLL2:
		d.sll2(p, 0, end)
	}
}

// DecodeDatagram fills q from a datagram that defrag put together; last is the
// fragment that completed it, from which q takes time, tags and place in the
// chain of tunnels.
//
// Ownership: q borrows datagram. q.Carrier stays nil: the verdict on q concerns
// all fragments, which the caller holds.
func (d *Decoder) DecodeDatagram(q, last *packet.Packet, datagram []byte) {
	reset(q, datagram)
	q.Link, q.TimeUS, q.Num = input.LinkRaw, last.TimeUS, last.Num
	q.Source, q.Depth, q.Outer = input.SourceDefrag, last.Depth, last.Outer
	q.VLAN, q.VLANCount = last.VLAN, last.VLANCount
	q.EtherType = last.EtherType
	q.LinkHeader, q.HeaderLink = last.Frame[:last.L3Off], last.Link
	q.Handle, q.RSSHash = 0, last.RSSHash
	q.Port, q.Peer, q.Pair, q.FromInside = last.Port, last.Peer, last.Pair, last.FromInside
	// The IP header was counted in the fragment already.
	if last.Layers > 0 {
		q.Layers = last.Layers - 1
	}
	d.raw(q, 0, len(datagram))
}

// reset clears what decoding writes.
func reset(p *packet.Packet, frame []byte) {
	p.Packet = input.Packet{}
	p.Frame = frame
	p.Verdict, p.Reason = 0, 0
	p.Held, p.Modified, p.NoPayload, p.Uninspected, p.Unseen, p.VJ, p.Layers = false, false, false, false, false, false, 0
	p.FragHdrOff, p.FragNextOff = 0, 0
	p.Inner, p.Carrier = nil, nil
	p.LinkHeader = nil
}

// invalid raises an event that keeps the packet from being looked at further.
func invalid(p *packet.Packet, e input.EventID) {
	p.Note(e)
	p.Invalid = true
}

// layer counts one more header and reports whether there may be one.
func (d *Decoder) layer(p *packet.Packet) bool {
	p.Layers++
	if int(p.Layers) >= d.maxLayers {
		invalid(p, input.DecodeTooManyLayers)
		return false
	}
	return true
}

// network decodes what an EtherType announces. False: the type is unknown.
func (d *Decoder) network(p *packet.Packet, typ uint16, off, end int) bool {
	p.EtherType = typ
	switch typ {
	case header.EtherTypeIPv4:
		d.ipv4(p, off, end)
	case header.EtherTypeIPv6:
		d.ipv6(p, off, end)
	case header.EtherTypeVLAN, header.EtherTypeQinQ, header.EtherTypeOldQinQ:
		d.vlan(p, off, end)
	case header.EtherTypeARP:
		d.arp(p, off, end)
	case header.EtherTypePPPoE:
		d.pppoeSession(p, off, end)
	case header.EtherTypePPPoEDis:
		d.pppoeDiscovery(p, off, end)
	case header.EtherTypeMPLS, header.EtherTypeMPLSMult:
		d.mpls(p, off, end)
	case header.EtherTypePBB:
		d.pbb(p, off, end)
	case header.EtherTypeETag:
		d.etag(p, off, end)
	case header.EtherTypeVNTag:
		if !d.tag {
			p.Events.Set(input.DecodeEthernetUnknownEthertype)
			return false
		}
		d.vntag(p, off, end)
	case header.EtherTypeDCE:
		d.dce(p, off, end)
	case header.EtherTypeNSH:
		d.nsh(p, off, end)
	default:
		p.Events.Set(input.DecodeEthernetUnknownEthertype)
		return false
	}
	return true
}
