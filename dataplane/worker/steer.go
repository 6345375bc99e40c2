package worker

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// Several workers: each flow has one owner, by a hash that is the ports' own
// where they spread flows symmetrically. What a port gave to another worker
// (fragments, the content of tunnels, ICMP errors, everything where it has no
// such hash) goes on to the owner through a ring, in order of arrival.
//
// A packet with layers goes to the owner of the innermost first, then outwards,
// so that each flow, the tunnels' own included, is seen by one worker only.
// Fragments meet at the owner of their addresses; a datagram that is complete goes
// on with all its fragments to the owner of the flow that it carries, which puts it
// together again.

// steering is what a worker among several needs beside its rings.
type steering struct {
	*port.Steer                           // nil: the worker is alone
	rx          dpdk.Burst                // what came out of a ring
	taken       [packet.Size]port.Steered // and what came with it
	spill       []byte                    // for frames in several segments

	leaving   int            // 1 + the worker that a datagram goes to, 0: none does
	fragments []uintptr      // of it, the defragmenter's
	last      *packet.Packet // of the wire, which completed it
}

// fromRing stands for a port where a burst came out of a ring.
const fromRing = -1

// PollRings processes what other workers passed on, a burst of each, and
// returns the number of packets.
func (w *Worker) PollRings() int {
	if w.steer.Steer == nil {
		return 0
	}
	n := 0
	for from := range w.steer.Workers() {
		r := w.steer.To(from, w.cfg.ID)
		if r == nil {
			continue
		}
		k := r.Take(w.steer.taken[:])
		if k == 0 {
			continue
		}
		for i := range k {
			w.steer.rx.Mbuf[i] = w.steer.taken[i].Mbuf
		}
		dpdk.Describe(&w.steer.rx, k)
		w.ctr.Add(counter.TakenOver, uint64(k))
		for at := 0; at < k; at += w.cfg.Burst {
			w.process(fromRing, at, min(w.cfg.Burst, k-at))
		}
		r.Release(k)
		n += k
	}
	return n
}

// receiveTaken is receive and decodeBurst for packets out of a ring.
func (w *Worker) receiveTaken(at, n int) {
	for i := range n {
		p, s := &w.burst.Pkts[i], &w.steer.taken[at+i]
		pt := &w.ports[s.In]
		p.Handle, p.RSSHash = uintptr(s.Mbuf), w.steer.rx.RSSHash[at+i]
		p.Port, p.Peer, p.Pair, p.FromInside = s.In, uint16(pt.Peer), pt.Pair, pt.Inside
		p.Away, p.Done, p.Rejoin = 0, s.Done, s.Rejoin
	}
}

func (w *Worker) decodeTaken(at, n int) {
	for i := range n {
		p, s := &w.burst.Pkts[i], &w.steer.taken[at+i]
		w.decode.Decode(p, w.steer.rx.Bytes(at+i), w.ports[s.In].Link, s.TimeUS, s.Num)
		if s.Verdict == 0 {
			continue
		}
		// What was decided inside holds for all layers around it.
		for c, k := p, layersIn(p); c != nil && k >= int(s.Done); c, k = c.Inner, k-1 {
			c.Verdict, c.Reason = packet.Verdict(s.Verdict), event.Reason(s.Reason)
		}
	}
}

// layersIn counts the packets that p carries, one in the other.
func layersIn(p *packet.Packet) (n int) {
	for p = p.Inner; p != nil; p = p.Inner {
		n++
	}
	return n
}

// elsewhere reports that a layer is not this worker's, and passes the packet on
// when it is another's turn. key is the layer's, nil where it has none.
func (w *Worker) elsewhere(p *packet.Packet, key *flow.Key) bool {
	if p.Inner == nil && p.Carrier == nil && key != nil && w.ownerOf(p, key) == w.cfg.ID {
		return false // nearly every packet, where ports spread flows
	}
	root := p.Root()
	if root.Away != 0 {
		return true
	}
	layer := layersIn(p)
	if layer < int(root.Done) {
		return true
	}
	if root.Handle == 0 || root.Held {
		// A datagram put together here, or what carries a fragment that is held
		// here.
		return false
	}
	owner := w.ownerOf(p, key)
	if owner == w.cfg.ID {
		return false
	}
	if layer > 0 {
		w.judge() // what is inside is decided before the packet leaves
	}
	return w.handOver(root, owner, layer)
}

// innerElsewhere is elsewhere for a layer whose key is not known.
func (w *Worker) innerElsewhere(p *packet.Packet) bool {
	var k flow.Key
	if flow.KeyOf(&p.Packet, &k, w.cfg.Flow.Track) {
		return w.elsewhere(p, &k)
	}
	return w.elsewhere(p, nil)
}

// ownerOf is the worker that a layer belongs to. What has no flow stays where it
// is.
func (w *Worker) ownerOf(p *packet.Packet, k *flow.Key) int {
	switch {
	case p.Fragment && p.IPVersion != 0:
		return w.steer.Owner(port.FlowHash(&p.Src, &p.Dst, 0, 0))
	case k == nil:
		return w.cfg.ID
	case k.Proto == 6, k.Proto == 17, k.Proto == 132:
		return w.steer.Owner(port.FlowHash(&k.Src, &k.Dst, k.SrcPort, k.DstPort))
	}
	return w.steer.Owner(port.FlowHash(&k.Src, &k.Dst, 0, 0))
}

// handOver gives a packet to another worker. Where its ring is full, the packet
// is dropped and counted: waiting would stop the wire, and inspecting it here would
// show a flow with a hole to both.
func (w *Worker) handOver(root *packet.Packet, owner, done int) bool {
	s := port.Steered{Mbuf: dpdk.Mbuf(root.Handle), TimeUS: root.TimeUS, Num: root.Num, In: root.Port, Done: uint8(done),
		Verdict: uint8(root.Verdict), Reason: uint8(root.Reason)}
	if !w.steer.To(w.cfg.ID, owner).Push(&s) {
		w.ctr.Inc(counter.SteerFull)
		root.Raise(packet.Drop, event.ReasonSteerFull)
		return true
	}
	root.Away = uint8(owner + 1)
	w.ctr.Inc(counter.HandedOver)
	return true
}

// leaves notes that a datagram goes on to the owner of the flow that it carries,
// when that is another worker, with all its fragments, of which root is the last.
func (w *Worker) leaves(q, root *packet.Packet, handles []uintptr) bool {
	if w.steer.Steer == nil || root.Handle == 0 || root.Rejoin {
		return false
	}
	for q.Inner != nil {
		q = q.Inner
	}
	var k flow.Key
	if q.Fragment || !flow.KeyOf(&q.Packet, &k, w.cfg.Flow.Track) {
		return false
	}
	owner := w.ownerOf(q, &k)
	if owner == w.cfg.ID {
		return false
	}
	w.steer.leaving, w.steer.fragments, w.steer.last = owner+1, handles, root
	return true
}

// handOverDatagram passes the fragments of a datagram that leaves on, all or
// none: everything around the last one was admitted here.
func (w *Worker) handOverDatagram() {
	s := &w.steer
	r := s.To(w.cfg.ID, s.leaving-1)
	s.leaving = 0
	w.judge()
	n := len(s.fragments)
	if !r.Room(n) {
		w.ctr.Add(counter.SteerFull, uint64(n))
		w.bin(s.fragments, event.ReasonSteerFull)
		return
	}
	for _, h := range s.fragments {
		r.Push(&port.Steered{Mbuf: dpdk.Mbuf(h), TimeUS: s.last.TimeUS, Num: s.last.Num, In: s.last.Port, Rejoin: true})
	}
	w.ctr.Add(counter.HandedOver, uint64(n))
}

// rejoin takes a fragment that came with all others of its datagram. What there
// is to say about the fragment itself was said where it was held.
func (w *Worker) rejoin(root *packet.Packet) {
	p := root
	for p.Inner != nil {
		p = p.Inner
	}
	if !p.Fragment {
		root.Raise(packet.Drop, event.ReasonDefragError)
		return
	}
	w.pushed(p, root, w.frags.Push(p, root.Handle))
}
