package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// receive takes what the receive call brought into the burst's packets.
func (w *Worker) receive(port, at, n int) {
	if port == fromRing {
		w.receiveTaken(at, n)
		return
	}
	pt := &w.ports[port]
	for i := range n {
		p := &w.burst.Pkts[i]
		p.Handle = uintptr(w.rx.Mbuf[at+i])
		p.RSSHash = w.rx.RSSHash[at+i]
		p.Port, p.Peer, p.Pair = uint16(port), uint16(pt.Peer), pt.Pair
		p.FromInside = pt.Inside
		p.Away, p.Done, p.Rejoin = 0, 0, false
		w.ctr.Add(counter.RXBytes, uint64(w.rx.PktLen[at+i]))
	}
	w.ctr.Add(counter.RXPkts, uint64(n))
}

// decodeBurst decodes every packet; time is the packet's own where the port
// gives one.
func (w *Worker) decodeBurst(port, at, n int) {
	if port == fromRing {
		w.decodeTaken(at, n)
		return
	}
	link := w.ports[port].Link
	for i := range n {
		p := &w.burst.Pkts[i]
		t := w.rx.Timestamp[at+i]
		if t == 0 {
			t = w.now
		}
		if !w.cfg.Live {
			w.num++
		}
		w.decode.Decode(p, w.rx.Bytes(at+i), link, t, w.num)
	}
}

// keyAt is the key of packet i of the burst, nil where it has none.
func (w *Worker) keyAt(i int) *flow.Key {
	if !w.haskey[i] {
		return nil
	}
	return &w.keys[i]
}

// lookup hashes the burst and fetches what the hashes lead to: flows, their
// sessions, what the application layer knows of them.
func (w *Worker) lookup(n int) {
	for i := range n {
		p := &w.burst.Pkts[i]
		w.hashes[i] = 0
		w.haskey[i] = flow.KeyOf(&p.Packet, &w.keys[i], w.cfg.Flow.Track)
		if w.haskey[i] {
			w.keys[i].Pair = p.Pair
			w.hashes[i] = w.flows.Hash(&w.keys[i])
		}
	}
	w.flows.LookAhead(&w.ahead, w.hashes[:n])
	for _, slot := range w.ahead.Slots[:n] {
		if slot == 0 {
			continue
		}
		r := w.flows.At(slot)
		w.streams.Ahead(r, &w.lines)
		if r.Flags&(flow.FlagQuietTS|flow.FlagQuietTC) == 0 {
			w.layer.Ahead(r.App, &w.lines)
		}
	}
	w.lines.Fetch()
}

// countDecode counts what decoders found, for one packet of any layer.
func (w *Worker) countDecode(p *input.Packet) {
	c := w.ctr
	c.Inc(counter.DecodePkts)
	c.Add(counter.DecodeBytes, uint64(len(p.Frame)))
	c.Max(counter.DecodeMaxPktSize, uint64(len(p.Frame)))
	if p.Source == input.SourceWire {
		c.Inc(linkCounter(p.Link))
	}
	switch p.IPVersion {
	case 4:
		c.Inc(counter.DecodeIPv4)
	case 6:
		c.Inc(counter.DecodeIPv6)
	}
	switch p.VLANCount {
	case 1:
		c.Inc(counter.DecodeVLAN)
	case 2:
		c.Inc(counter.DecodeVLANQinQ)
	case 3:
		c.Inc(counter.DecodeVLANQinQinQ)
	}
	if p.IPVersion == 0 && p.EtherType == header.EtherTypeARP {
		c.Inc(counter.DecodeARP)
	}
	if p.Invalid {
		c.Inc(counter.DecodeInvalid)
	}
	if p.L4Off > 0 && p.IPVersion != 0 {
		switch p.Proto {
		case 6:
			c.Inc(counter.DecodeTCP)
		case 17:
			c.Inc(counter.DecodeUDP)
		case 1:
			c.Inc(counter.DecodeICMPv4)
		case 58:
			c.Inc(counter.DecodeICMPv6)
		case 132:
			c.Inc(counter.DecodeSCTP)
		case 47:
			c.Inc(counter.DecodeGRE)
		case 50:
			c.Inc(counter.DecodeESP)
		case 2:
			c.Inc(counter.DecodeIGMP)
		}
	}
}

// linkCounter is the decoder that a frame starts with.
func linkCounter(l input.LinkType) counter.ID {
	switch l {
	case input.LinkEthernet:
		return counter.DecodeEthernet
	case input.LinkNull, input.LinkLoop:
		return counter.DecodeNull
	case input.LinkPPP:
		return counter.DecodePPP
	case input.LinkCHDLC:
		return counter.DecodeCHDLC
	case input.LinkSLL:
		return counter.DecodeSLL
	case input.LinkSLL2:
		return counter.DecodeSLL2
	}
	return counter.DecodeRaw
}

// reasonOf is the reason under which an mbuf that is not sent is freed.
func reasonOf(r event.Reason) event.Reason {
	if r == event.ReasonNone {
		return event.ReasonConsumed
	}
	return r
}
