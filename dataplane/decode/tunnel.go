package decode

import (
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// content says what a tunnel carries.
type content uint8

const (
	contentIPv4 content = iota
	contentIPv6
	contentTeredo
	contentEthernet
	contentVLAN
	contentARP
	contentPPP
	contentERSPAN2
	contentERSPAN3
)

// tunnel decodes Frame[off:end] of p as a packet of its own. False: nothing
// that holds together is in there, and the carrier stays an ordinary packet.
func (d *Decoder) tunnel(p *packet.Packet, off, end int, c content) bool {
	if int(p.Layers)+1 >= d.maxLayers {
		invalid(p, input.DecodeTooManyLayers)
		return false
	}
	mark := d.pool.Mark()
	q := d.pool.Get()
	if q == nil {
		p.Unseen = true
		return false
	}
	reset(q, p.Frame[off:end:end])
	q.Link, q.TimeUS, q.Num = input.LinkRaw, p.TimeUS, p.Num
	q.Source, q.Depth, q.Layers = input.SourceTunnel, p.Depth+1, p.Layers+1
	q.Outer, q.Carrier = &p.Packet, p
	q.Handle, q.RSSHash = 0, p.RSSHash
	q.Port, q.Peer, q.Pair, q.FromInside = p.Port, p.Peer, p.Pair, p.FromInside
	end -= off
	ok := false
	switch c {
	case contentIPv4:
		ok = d.ipv4(q, 0, end)
	case contentIPv6:
		ok = d.ipv6(q, 0, end)
	case contentTeredo:
		// Any UDP payload may look like this; only what is right in itself counts.
		ok = d.ipv6(q, 0, end) && !q.Invalid
	case contentEthernet:
		q.Link = input.LinkEthernet
		ok = d.ethernet(q, 0, end)
	case contentVLAN:
		ok = d.vlan(q, 0, end)
	case contentARP:
		ok = d.arp(q, 0, end)
	case contentPPP:
		q.Link = input.LinkPPP
		ok = d.ppp(q, 0, end)
	case contentERSPAN2:
		ok = d.erspan(q, 0, end, 1)
	case contentERSPAN3:
		ok = d.erspan(q, 0, end, 2)
	}
	if !ok {
		d.pool.Release(mark)
		return false
	}
	p.Inner, p.Tunnel = q, true
	return true
}
