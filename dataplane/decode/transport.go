package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// payload notes what a transport header leaves.
func payload(p *packet.Packet, off, end int) {
	p.PayloadOff, p.PayloadEnd = int32(off), int32(end)
}

func (d *Decoder) tcp(p *packet.Packet, off, end int) {
	b := header.TCP(p.Frame[off:end])
	if len(b) < header.TCPMinSize {
		invalid(p, input.DecodeTCPPktTooSmall)
		return
	}
	hlen := b.HeaderLen()
	if hlen > len(b) {
		invalid(p, input.DecodeTCPHLenTooSmall)
		return
	}
	if hlen < header.TCPMinSize {
		invalid(p, input.DecodeTCPInvalidOptlen)
		return
	}
	p.L4Off = int32(off)
	p.SrcPort, p.DstPort, p.HasPorts = b.SrcPort(), b.DstPort(), true
	t := &p.TCP
	t.Seq, t.Ack = b.Seq(), b.Ack()
	t.Window, t.Urgent = b.Window(), b.Urgent()
	t.Flags, t.HdrLen = b.Flags(), uint8(hlen)
	if hlen > header.TCPMinSize {
		tcpOptions(p, b[:hlen], off)
	}
	payload(p, off+hlen, end)
}

func (d *Decoder) udp(p *packet.Packet, off, end int) {
	b := header.UDP(p.Frame[off:end])
	if len(b) < header.UDPSize {
		invalid(p, input.DecodeUDPHLenTooSmall)
		return
	}
	n := b.Len()
	if n > len(b) {
		invalid(p, input.DecodeUDPPktTooSmall)
		return
	}
	if n < header.UDPSize {
		invalid(p, input.DecodeUDPLenInvalid)
		return
	}
	p.L4Off = int32(off)
	p.SrcPort, p.DstPort, p.HasPorts = b.SrcPort(), b.DstPort(), true
	payload(p, off+header.UDPSize, off+n)
	d.udpTunnel(p, off+header.UDPSize, off+n)
}

// espSize is security parameters index and sequence number (RFC 4303 §2).
const espSize = 8

func (d *Decoder) esp(p *packet.Packet, off, end int) {
	if !d.withESP || !d.layer(p) {
		return
	}
	if end-off < espSize {
		invalid(p, input.DecodeESPPktTooSmall)
		return
	}
	p.L4Off = int32(off)
	payload(p, off+espSize, end)
}
