package packetbuild

import (
	"encoding/binary"
	"sort"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TCP is a TCP connection between two ends. Its fields may be changed at any
// time; they hold for what is sent afterwards.
type TCP struct {
	// MSS bounds the payload of a segment made by Send (default 1460; 1440 over
	// IPv6).
	MSS int
	// Window of each side as it stands in the header (default 64240).
	Window [2]uint16
	// WScale, when not zero, is announced by both sides.
	WScale uint8
	// SACK announces selective acknowledgements; acknowledgements then carry
	// blocks where the receiver has holes.
	SACK bool
	// Timestamps adds the option of RFC 7323 to every segment.
	Timestamps bool
	// AutoAck lets the receiver acknowledge each Send (default on).
	AutoAck bool
	// IP holds the fields of the IP header of each side.
	IP [2]IPOptions
	// Wraps are applied to each datagram from the inside out.
	Wraps []Wrap
	// ISN are the initial sequence numbers.
	ISN [2]uint32

	capture *Capture
	ends    flowEnds
	// sent is the highest stream offset sent by a side; got holds what of it
	// arrived, as disjoint sorted ranges.
	sent   [2]int
	got    [2][]span
	fin    [2]bool // a FIN was sent behind offset sent
	finGot [2]bool
}

type span struct{ from, to int }

// TCP starts a connection in the capture; nothing is sent yet. Addresses are
// "ip:port".
func (c *Capture) TCP(client, server string) *TCP {
	t := &TCP{
		MSS: 1460, Window: [2]uint16{64240, 64240}, SACK: true, AutoAck: true,
		capture: c, ends: parseEnds(client, server),
	}
	if !t.ends[Client].Addr().Is4() {
		t.MSS = 1440
	}
	// Sequence numbers follow from the ports: different for each connection,
	// the same in each run.
	for s := range t.ends {
		t.ISN[s] = 1000 + uint32(t.ends[s].Port())*2654435761 + uint32(s)*77777
	}
	return t
}

// Bend changes a segment's header before it is serialized.
type Bend func(*layers.TCP)

// Handshake sends SYN, SYN-ACK and ACK.
func (t *TCP) Handshake() {
	t.SYN()
	t.SYNACK()
	t.Ack(Client)
}

// SYN sends the client's SYN, with the connection's options.
func (t *TCP) SYN(bends ...Bend) {
	t.emit(Client, t.ISN[Client], 0, nil, append([]Bend{func(h *layers.TCP) {
		h.SYN, h.ACK = true, false
		h.Options = append(t.synOptions(), h.Options...)
	}}, bends...))
}

// SYNACK sends the server's answer to the SYN.
func (t *TCP) SYNACK(bends ...Bend) {
	t.emit(Server, t.ISN[Server], t.ISN[Client]+1, nil, append([]Bend{func(h *layers.TCP) {
		h.SYN = true
		h.Options = append(t.synOptions(), h.Options...)
	}}, bends...))
}

func (t *TCP) synOptions() []layers.TCPOption {
	o := []layers.TCPOption{{
		OptionType: layers.TCPOptionKindMSS, OptionLength: 4,
		OptionData: binary.BigEndian.AppendUint16(nil, uint16(t.MSS)),
	}}
	if t.SACK {
		o = append(o, layers.TCPOption{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2})
	}
	if t.WScale != 0 {
		o = append(o, layers.TCPOption{
			OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{t.WScale},
		})
	}
	return o
}

// Send sends the next octets of a side's stream in segments of at most MSS, the
// last one with PSH; the peer acknowledges them when AutoAck is set.
func (t *TCP) Send(from Side, data []byte) {
	for len(data) > 0 {
		n := min(t.MSS, len(data))
		psh := n == len(data)
		t.Segment(from, t.sent[from], data[:n], func(h *layers.TCP) { h.PSH = psh })
		data = data[n:]
	}
	if t.AutoAck {
		t.Ack(from.Peer())
	}
}

// Segment sends octets at any offset of a side's stream, 0 being the first
// octet behind the SYN: out of order, again, overlapping, or ahead. It sends no
// acknowledgement.
func (t *TCP) Segment(from Side, offset int, data []byte, bends ...Bend) {
	t.sent[from] = max(t.sent[from], offset+len(data))
	t.emit(from, t.Seq(from, offset), t.AckOf(from), data, bends)
	t.got[from] = insert(t.got[from], span{offset, offset + len(data)})
}

// Lose sends a segment's octets into the void: the sender's offset moves on, no
// packet is captured, the receiver has a hole.
func (t *TCP) Lose(from Side, n int) { t.sent[from] += n }

// Ack sends an empty acknowledgement of all that the side received in order,
// with SACK blocks for the rest where SACK is on.
func (t *TCP) Ack(from Side, bends ...Bend) {
	sack := func(h *layers.TCP) {
		if o, ok := t.sackOption(from); ok {
			h.Options = append(h.Options, o)
		}
	}
	t.emit(from, t.next(from), t.AckOf(from), nil, append([]Bend{sack}, bends...))
}

// FIN closes a side's direction.
func (t *TCP) FIN(from Side, bends ...Bend) {
	t.emit(from, t.next(from), t.AckOf(from), nil, append([]Bend{func(h *layers.TCP) { h.FIN = true }}, bends...))
	t.fin[from], t.finGot[from] = true, true
}

// RST resets the connection from one side.
func (t *TCP) RST(from Side, bends ...Bend) {
	t.emit(from, t.next(from), t.AckOf(from), nil, append([]Bend{func(h *layers.TCP) { h.RST = true }}, bends...))
}

// Close closes both directions, the client first.
func (t *TCP) Close() {
	t.FIN(Client)
	t.Ack(Server)
	t.FIN(Server)
	t.Ack(Client)
}

// Seq is the sequence number of a stream offset.
func (t *TCP) Seq(of Side, offset int) uint32 { return t.ISN[of] + 1 + uint32(offset) }

// Sent is the offset behind the last octet that a side sent.
func (t *TCP) Sent(of Side) int { return t.sent[of] }

// AckOf is the acknowledgement number that a side would send now: all that it
// received in order.
func (t *TCP) AckOf(s Side) uint32 {
	p := s.Peer()
	n := inOrder(t.got[p])
	ack := t.Seq(p, n)
	if t.finGot[p] && n == t.sent[p] {
		ack++
	}
	return ack
}

func (t *TCP) next(s Side) uint32 {
	seq := t.Seq(s, t.sent[s])
	if t.fin[s] {
		seq++
	}
	return seq
}

func (t *TCP) sackOption(s Side) (layers.TCPOption, bool) {
	p := s.Peer()
	n := inOrder(t.got[p])
	var data []byte
	for _, g := range t.got[p] {
		if g.from > n && len(data) < 3*8 {
			data = binary.BigEndian.AppendUint32(data, t.Seq(p, g.from))
			data = binary.BigEndian.AppendUint32(data, t.Seq(p, g.to))
		}
	}
	return layers.TCPOption{
		OptionType: layers.TCPOptionKindSACK, OptionLength: uint8(2 + len(data)), OptionData: data,
	}, t.SACK && len(data) > 0
}

func (t *TCP) emit(from Side, seq, ack uint32, data []byte, bends []Bend) {
	src, dst := t.ends[from], t.ends[from.Peer()]
	h := &layers.TCP{
		SrcPort: layers.TCPPort(src.Port()), DstPort: layers.TCPPort(dst.Port()),
		Seq: seq, Ack: ack, ACK: true, Window: t.Window[from],
	}
	if t.Timestamps {
		// Milliseconds since the capture began; the echo is the same clock.
		ms := uint32((t.capture.now-Epoch)/1000) + 1
		v := binary.BigEndian.AppendUint32(nil, ms)
		h.Options = append(h.Options, layers.TCPOption{
			OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10,
			OptionData: binary.BigEndian.AppendUint32(v, ms-1),
		})
	}
	for _, b := range bends {
		b(h)
	}
	ip := t.IP[from]
	if ip.ID == 0 {
		ip.ID = t.capture.nextID()
	}
	d := datagram(src.Addr(), dst.Addr(), layers.IPProtocolTCP, ip, h, gopacket.Payload(data))
	t.capture.IP(d, from == Server, t.Wraps...)
}

// insert adds a range to disjoint sorted ranges and joins what touches.
func insert(in []span, s span) []span {
	if s.from >= s.to {
		return in
	}
	all := append(append([]span(nil), in...), s)
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	out := all[:1]
	for _, g := range all[1:] {
		last := &out[len(out)-1]
		if g.from <= last.to {
			last.to = max(last.to, g.to)
		} else {
			out = append(out, g)
		}
	}
	return out
}

// inOrder is the number of octets received without a hole.
func inOrder(got []span) int {
	if len(got) > 0 && got[0].from <= 0 {
		return got[0].to
	}
	return 0
}
