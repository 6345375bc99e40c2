package packet

import (
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Verdict is what becomes of a packet; a stronger one wins.
type Verdict uint8

// Verdicts, weakest first. DropFlow also drops what follows on the flow; Reject
// does so and answers with a TCP reset or an ICMP error.
const (
	Forward Verdict = iota
	Drop
	DropFlow
	Reject
)

// Packet is one packet in the worker's hands.
type Packet struct {
	input.Packet

	// Handle is the mbuf, or 0 for a packet that has none of its own.
	Handle uintptr
	// RSSHash is the receive queue's hash, 0 when the port has none.
	RSSHash uint32
	// Port received the packet, Peer would send it; Pair is their number.
	Port, Peer, Pair uint16
	// FromInside: it came from the pair's inside port.
	FromInside bool
	// Away is 1 + the worker that the packet went to, 0: this one has it. Done
	// counts the layers that other workers are done with, innermost first. Rejoin:
	// a fragment that came with all others of its datagram. All three are those of
	// the packet of the wire.
	Away, Done uint8
	Rejoin     bool
	// Verdict so far, and why.
	Verdict Verdict
	Reason  event.Reason
	// Established: the flow was established when the packet came, or became so by a
	// packet that carries data.
	Established bool
	// Held: the mbuf is with defrag or stream and must not be sent or freed now.
	Held bool
	// Modified: the stream stage rewrote octets of the payload to those that the
	// receiver was sent first, and set the checksum.
	Modified bool

	// NoPayload: the stream stage dropped the packet; rules look at its header and
	// events only.
	NoPayload bool
	// Uninspected: an exception policy or a bypass lets the packet by.
	Uninspected bool
	// Unseen is set when the content of a tunnel could not be decoded for want of
	// a packet; an exception policy decides.
	Unseen bool
	// VJ: the IPv4 protocol field holds a Van Jacobson slot; the packet is TCP.
	VJ bool
	// Layers counts decoded headers, those of the carriers included.
	Layers uint8
	// FragHdrOff is the offset in Frame of the IPv6 fragment header and FragNextOff
	// of the next-header octet that announced it; valid when IPVersion is 6 and
	// Fragment is set.
	FragHdrOff, FragNextOff int32

	// LinkHeader is what stood before the IP header of the last fragment of a
	// reassembled datagram, of link type HeaderLink; for logging only.
	LinkHeader []byte
	HeaderLink input.LinkType

	// Inner is the packet that this one carries, Carrier the one that carries this;
	// nil when there is none.
	Inner, Carrier *Packet
}

// Raise makes the verdict at least v for reason r, also for everything that
// carries this packet: what is dropped inside cannot be sent outside.
func (p *Packet) Raise(v Verdict, r event.Reason) {
	if p.Verdict < v {
		p.Verdict, p.Reason = v, r
	}
	for c := p.Carrier; c != nil; c = c.Carrier {
		if c.Verdict < Drop && v >= Drop {
			c.Verdict, c.Reason = Drop, event.ReasonInnerPacket
		}
	}
}

// Root is the packet of the wire that this one travels in, itself when it is
// that packet.
func (p *Packet) Root() *Packet {
	for p.Carrier != nil {
		p = p.Carrier
	}
	return p
}
