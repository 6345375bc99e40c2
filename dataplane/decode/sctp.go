package decode

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// SCTP chunk types (RFC 9260 §3.2) and how many chunks are ordinary.
const (
	sctpData      = 0
	sctpInit      = 1
	sctpInitAck   = 2
	sctpMaxChunks = 16
)

// sctp decodes the common header and walks the chunks; the payload is the user
// data of the first DATA chunk.
func (d *Decoder) sctp(p *packet.Packet, off, end int) {
	b := header.SCTP(p.Frame[off:end])
	if len(b) < header.SCTPSize {
		invalid(p, input.DecodeSCTPPktTooSmall)
		return
	}
	vtag := b.VTag()
	chunks, data, init := 0, 0, false
	from, to := 0, 0
	for at := off + header.SCTPSize; at < end; {
		c := header.SCTPChunk(p.Frame[at:end])
		if len(c) < header.SCTPChunkSize {
			invalid(p, input.DecodeSCTPChunkTooSmall)
			return
		}
		n := c.Len()
		if n < header.SCTPChunkSize || n > len(c) {
			invalid(p, input.DecodeSCTPChunkLenInvalid)
			return
		}
		if chunks == sctpMaxChunks {
			p.Events.Set(input.DecodeSCTPTooManyChunks)
		}
		chunks++
		switch c.Type() {
		case sctpInit, sctpInitAck:
			init = true
			// RFC 9260 §8.5.1: the peer's tag is not known yet.
			if c.Type() == sctpInit && vtag != 0 {
				p.Events.Set(input.DecodeSCTPInitWithNonZeroVtag)
			}
		case sctpData:
			if vtag == 0 {
				p.Events.Set(input.DecodeSCTPDataWithZeroVtag)
			}
			if n >= header.SCTPDataSize {
				switch data {
				case 0:
					from, to = at+header.SCTPDataSize, at+n
				case sctpMaxChunks:
					p.Events.Set(input.DecodeSCTPTooManyDataChunks)
				}
				data++
			}
		}
		at += (n + 3) &^ 3
	}
	// RFC 9260 §6.10: nothing may be bundled with INIT or INIT ACK.
	if init && chunks > 1 {
		p.Events.Set(input.DecodeSCTPInitChunkBundled)
	}
	p.L4Off = int32(off)
	p.SrcPort, p.DstPort, p.HasPorts = b.SrcPort(), b.DstPort(), true
	p.SCTPVTag, p.SCTPChunks = vtag, uint16(chunks)
	if data > 0 {
		payload(p, from, to)
	}
}
