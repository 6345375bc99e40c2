package worker

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/defrag"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// maxDatagrams bounds the datagrams that one burst may complete, maxFragments
// the mbufs that they came in.
const (
	maxDatagrams = packet.Size
	maxFragments = 4096
)

// datagram is a reassembled packet and the mbufs of its fragments, which share
// its verdict. condemned: rules dropped a fragment that came earlier; last is the
// one that came last, whose own verdict is not known yet when it is complete.
type datagram struct {
	p, last   *packet.Packet
	first     int // in frags
	n         int
	condemned bool
}

// fragment gives an IP fragment to the defragmenter, which holds its mbuf until
// the datagram is complete; then the datagram takes the fragment's place. Rules
// see the fragment too, as a packet of an IP header and nothing behind it
// (fragbits, fragoffset), and before the datagram.
func (w *Worker) fragment(p *packet.Packet) {
	// A flood of fragments is seen, and thinned out, before any is held.
	w.observe(p, nil, false, false)
	if p.Verdict >= packet.Drop {
		w.gather(p, 0, nil)
		return
	}
	root := p.Root()
	res := w.frags.Push(p, root.Handle)
	for i := range res.Events {
		p.Events[i] |= res.Events[i]
	}
	if held := res.State == defrag.Held; (held || res.State == defrag.Complete) && w.judging && !w.cur.Bundle.Firewall() {
		w.gather(p, 0, nil)
		if held && w.ports[root.Port].Mode == port.Inline {
			if w.judge(); p.Verdict >= packet.Drop {
				w.frags.Condemn()
			}
		}
		w.pushed(p, root, res)
		return
	}
	w.pushed(p, root, res)
	if p.Events.Any() || p.Verdict >= packet.Drop {
		w.gather(p, 0, nil)
	}
}

// pushed does what follows when the defragmenter has taken a fragment.
func (w *Worker) pushed(p, root *packet.Packet, res *defrag.Result) {
	w.evicted(res)
	switch res.State {
	case defrag.Held:
		root.Held = true
		w.held++
	case defrag.Complete:
		w.complete(p, root, res)
	case defrag.Dropped:
		if res.Reason != event.ReasonDefragMemcap {
			w.refuse(root, res)
			return
		}
		w.exception(p, 0, counter.TargetDefragMemcap)
		w.letGo(p, root, res)
	}
}

// evicted gives the fragments that others had to make room for the end that the
// policy for want of room wants; what was too late is dropped.
func (w *Worker) evicted(res *defrag.Result) {
	w.held -= len(res.Evicted)
	if res.EvictReason != event.ReasonDefragMemcap {
		w.bin(res.Evicted, res.EvictReason)
		return
	}
	for i, h := range res.Evicted {
		at := res.EvictedFrom[i]
		if at == defrag.Condemned {
			w.kill(dpdk.Mbuf(h), event.ReasonRules)
			continue
		}
		drop := w.lacksRoom(at)
		w.sendFragment(&w.ports[at], dpdk.Mbuf(h), drop, event.ReasonDefragMemcap)
	}
}

// lacksRoom counts a fragment that was held and is given up for want of room, by
// its port's policy, and reports whether that policy drops it. Rules that let
// through only what they know do not let it through unseen.
func (w *Worker) lacksRoom(at uint16) (drop bool) {
	x := w.exceptionsOf(at)
	policy := x.Policy[counter.TargetDefragMemcap]
	switch {
	case policy == Ignore:
		return w.judging && w.cur.Bundle.Firewall()
	case x.Shadow:
		w.ctr.Inc(counter.Shadow(counter.TargetDefragMemcap, exceptionCounters[policy]))
		return false
	}
	w.ctr.Inc(counter.Exception(counter.TargetDefragMemcap, exceptionCounters[policy]))
	return policy.drops()
}

// letGo gives the fragments of a datagram for which there is no room the end that
// the policy for that wants: dropped, or sent on as they came, though nobody looked
// at the datagram as a whole. p came last and goes the way of its burst.
func (w *Worker) letGo(p, root *packet.Packet, res *defrag.Result) {
	if res.Condemned {
		p.Raise(packet.Drop, event.ReasonRules)
	}
	for _, h := range res.Handles {
		if h == root.Handle {
			continue
		}
		w.held--
		drop := w.lacksRoom(root.Port)
		if p.Verdict >= packet.Drop {
			w.sendFragment(&w.ports[root.Port], dpdk.Mbuf(h), true, p.Reason)
			continue
		}
		w.sendFragment(&w.ports[root.Port], dpdk.Mbuf(h), drop, event.ReasonDefragMemcap)
	}
}

// complete decodes a finished datagram and sends it the way of packets.
func (w *Worker) complete(p, root *packet.Packet, res *defrag.Result) {
	root.Held = true
	w.held += 1 - len(res.Handles)
	q := w.burst.Pool.Get()
	if q == nil || w.ndgrams == maxDatagrams || w.nfrag+len(res.Handles) > maxFragments {
		w.bin(res.Handles, event.ReasonDefragMemcap)
		return
	}
	w.decode.DecodeDatagram(q, p, res.Datagram)
	if w.leaves(q, root, res.Handles) {
		return
	}
	at := w.nfrag
	for _, h := range res.Handles {
		w.fragged[w.nfrag] = h
		w.nfrag++
	}
	w.dgrams[w.ndgrams] = datagram{p: q, last: p, first: at, n: len(res.Handles), condemned: res.Condemned}
	w.ndgrams++
	if p.IPVersion == 4 {
		w.ctr.Inc(counter.DefragIPv4Reassembled)
	} else {
		w.ctr.Inc(counter.DefragIPv6Reassembled)
	}
	if q.Fragment {
		// A datagram that is a fragment again would never end.
		q.Raise(packet.Drop, event.ReasonDefragError)
		w.gather(q, 0, nil)
		return
	}
	w.admitInner(q)
}

// refuse frees the fragments of a datagram that cannot be reassembled. What is
// passive or simulated has nothing to free here but counts all the same.
func (w *Worker) refuse(root *packet.Packet, res *defrag.Result) {
	root.Held = true
	w.held += 1 - len(res.Handles)
	w.bin(res.Handles, res.Reason)
}

func (w *Worker) bin(handles []uintptr, r event.Reason) {
	for _, h := range handles {
		w.kill(dpdk.Mbuf(h), r)
	}
}

// expireFragments gives up datagrams whose time is over.
func (w *Worker) expireFragments() {
	for range 4 {
		res, ok := w.frags.Expire(w.now)
		if !ok {
			return
		}
		w.held -= len(res.Handles)
		w.bin(res.Handles, res.Reason)
	}
}

// flushFragments gives up everything that is held, at the end of a run.
func (w *Worker) flushFragments() {
	for {
		res, ok := w.frags.Flush()
		if !ok {
			return
		}
		w.held -= len(res.Handles)
		w.bin(res.Handles, res.Reason)
	}
}

// sendFragments gives the fragments of judged datagrams their end.
func (w *Worker) sendFragments() {
	for i := range w.ndgrams {
		d := &w.dgrams[i]
		pt := &w.ports[d.p.Port]
		if d.condemned || d.last.Verdict >= packet.Drop {
			d.p.Raise(packet.Drop, event.ReasonRules)
		}
		for _, h := range w.fragged[d.first : d.first+d.n] {
			w.sendFragment(pt, dpdk.Mbuf(h), d.p.Verdict >= packet.Drop, d.p.Reason)
		}
	}
	w.ndgrams, w.nfrag = 0, 0
	w.frags.EndBurst()
}

// sendFragment gives one fragment that came in through pt its end; why is the reason
// to drop it.
func (w *Worker) sendFragment(pt *Port, m dpdk.Mbuf, drop bool, why event.Reason) {
	switch {
	case pt.Mode == port.IDS:
		w.kill(m, event.ReasonConsumed)
	case pt.Mode == port.Inline && drop:
		w.kill(m, why)
	case pt.Peer < 0 || w.ports[pt.Peer].Tx == nil:
		w.kill(m, event.ReasonNoPeer)
	default:
		w.queue(pt.Peer, m)
	}
}
