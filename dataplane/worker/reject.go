package worker

import (
	"encoding/binary"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// maxReject is the longest answer: link header with two tags, IPv6, ICMPv6 and
// as much of the offending datagram as RFC 4443 §3.1 wants at the least.
const maxReject = maxLink + 40 + 8 + 128

// maxLink is the longest link header that an answer copies.
const maxLink = 14 + 8

// reject answers a packet that a rule rejects: a TCP reset (RFC 9293 §3.10.7)
// or an ICMP error (RFC 792, RFC 4443), to its sender, its receiver or both, in
// mbufs of our own on the same transmit queues.
func (w *Worker) reject(p *packet.Packet, sides uint8) {
	if w.cfg.Pool == nil || p.IPVersion == 0 || p.L4Off == 0 || p.Link != input.LinkEthernet || p.Carrier != nil || p.L3Off > maxLink {
		return
	}
	if p.Proto != 6 && isICMPError(p) {
		// No error about an error (RFC 1122 §3.2.2).
		return
	}
	if sides == 0 || sides&match.RejectSrc != 0 {
		w.answer(p, true)
	}
	if sides&match.RejectDst != 0 && p.Proto == 6 {
		w.answer(p, false)
	}
}

func isICMPError(p *packet.Packet) bool {
	return p.Embedded.OK || p.Proto == 58 && p.ICMPType < 128
}

// answer builds and queues one answer: to the packet's sender over the port it
// came by, or to its receiver over the other.
func (w *Worker) answer(p *packet.Packet, toSender bool) {
	port := int(p.Port)
	if !toSender {
		port = w.ports[p.Port].Peer
	}
	if port < 0 || w.ports[port].Tx == nil {
		return
	}
	if w.nanswers == len(w.answers) {
		w.ctr.Inc(counter.AnswersFull)
		return
	}
	if w.cfg.Pool.AllocBurst(w.fresh[:1], w.freshAddr[:1]) != 1 {
		w.ctr.Inc(counter.RXNoMbuf)
		return
	}
	b := dpdk.Bytes(w.freshAddr[0], maxReject)
	n := buildReject(b, p, toSender)
	w.freshLen[0] = uint32(n)
	dpdk.SetLens(w.fresh[:1], w.freshLen[:1])
	w.ctr.Inc(counter.Originated)
	w.answers[w.nanswers] = answer{w.fresh[0], port}
	w.nanswers++
}

// answer is a packet of our own that waits for the end of the burst.
type answer struct {
	m  dpdk.Mbuf
	to int
}

// maxAnswers bounds the answers to one burst: two to each packet, half as many
// again for what was inside of packets.
const maxAnswers = packet.Size * 3

// sendAnswers queues the burst's answers behind its packets. A reset that
// overtakes the octets before it is out of order for its receiver, who then
// only asks whether it is meant (RFC 5961 §3.2).
func (w *Worker) sendAnswers() {
	for i := range w.nanswers {
		w.queue(w.answers[i].to, w.answers[i].m)
	}
	w.nanswers = 0
}

// buildReject writes the answer into b and returns its length.
func buildReject(b []byte, p *packet.Packet, toSender bool) int {
	f := p.Frame
	l3 := int(p.L3Off)
	n := copy(b, f[:l3])
	if toSender && l3 >= 12 {
		copy(b[0:6], f[6:12])
		copy(b[6:12], f[0:6])
	}
	src, dst := &p.Dst, &p.Src
	if !toSender {
		src, dst = &p.Src, &p.Dst
	}
	l4 := make4(p, toSender)
	hdr := 20
	if p.IPVersion == 6 {
		hdr = 40
	}
	body := b[n+hdr:]
	var size int
	proto := uint8(6)
	if p.Proto == 6 {
		size = putReset(body, &l4)
	} else {
		proto = 1
		if p.IPVersion == 6 {
			proto = 58
		}
		size = putUnreachable(body, p)
	}
	ip := b[n : n+hdr+size]
	putIP(ip, p.IPVersion, proto, src, dst)
	q := input.Packet{Frame: ip, IPVersion: p.IPVersion, Proto: proto, IPHLen: uint16(hdr), Src: *src, Dst: *dst,
		L4Off: int32(hdr), L3End: int32(len(ip)), PayloadEnd: int32(len(ip))}
	decode.FixL3(&q)
	decode.FixL4(&q)
	return n + hdr + size
}

// reset are the fields of a TCP reset.
type reset struct {
	src, dst uint16
	seq, ack uint32
	flags    uint8
}

// make4 chooses sequence numbers that the other end accepts (RFC 9293
// §3.10.7.1): to the sender from its acknowledgement, to the receiver from the
// packet's own sequence.
func make4(p *packet.Packet, toSender bool) reset {
	t := &p.TCP
	n := uint32(len(p.Payload()))
	if t.Flags&(input.TCPSyn|input.TCPFin) != 0 {
		n++
	}
	if !toSender {
		return reset{p.SrcPort, p.DstPort, t.Seq, t.Ack, input.TCPRst | t.Flags&input.TCPAck}
	}
	r := reset{src: p.DstPort, dst: p.SrcPort, ack: t.Seq + n, flags: input.TCPRst | input.TCPAck}
	if t.Flags&input.TCPAck != 0 {
		r.seq = t.Ack
	}
	return r
}

func putReset(b []byte, r *reset) int {
	clear(b[:20])
	binary.BigEndian.PutUint16(b[0:], r.src)
	binary.BigEndian.PutUint16(b[2:], r.dst)
	binary.BigEndian.PutUint32(b[4:], r.seq)
	binary.BigEndian.PutUint32(b[8:], r.ack)
	b[12] = 5 << 4
	b[13] = r.flags
	return 20
}

// putUnreachable writes "administratively prohibited" (RFC 1812 §5.2.7.1, RFC
// 4443 §3.1) with the start of the datagram that caused it.
func putUnreachable(b []byte, p *packet.Packet) int {
	clear(b[:8])
	b[0], b[1] = 3, 13
	if p.IPVersion == 6 {
		b[0], b[1] = 1, 1
	}
	return 8 + copy(b[8:min(len(b), 8+128)], p.L3())
}

func putIP(b []byte, version, proto uint8, src, dst *[16]byte) {
	if version == 4 {
		clear(b[:20])
		b[0] = 0x45
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		b[8], b[9] = 64, proto
		copy(b[12:16], src[:4])
		copy(b[16:20], dst[:4])
		return
	}
	clear(b[:40])
	b[0] = 0x60
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	b[6], b[7] = proto, 64
	copy(b[8:24], src[:])
	copy(b[24:40], dst[:])
}
