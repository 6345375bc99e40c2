package defrag

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// events of the two IP versions.
type events struct{ overlap, tooLarge, ignored input.EventID }

var eventsOf = [2]events{
	{input.DecodeIPv4FragOverlap, input.DecodeIPv4FragPktTooLarge, input.DecodeIPv4FragIgnored},
	{input.DecodeIPv6FragOverlap, input.DecodeIPv6FragPktTooLarge, input.DecodeIPv6FragIgnored},
}

// Push takes a decoded packet. When it is a fragment, the table takes handle:
// the mbuf in which the packet lies, p.Root().Handle, or 0 when it lies in no
// mbuf (its octets are copied then). The Result is valid until the next call.
//
// Time is the packet's. Events in the Result are not yet set in p.
func (t *Table) Push(p *packet.Packet, handle uintptr) *Result {
	r := &t.res
	r.reset()
	t.latest = 0
	if !p.Fragment {
		return r
	}
	t.Count.Fragments++
	ev := &eventsOf[0]
	dataOff, more := int(p.L3Off)+int(p.IPHLen), p.FragBits&input.FragMore != 0
	if p.IPVersion == 6 {
		ev = &eventsOf[1]
		dataOff = int(p.FragHdrOff) + header.IPv6FragmentSize
	}
	from, n := int(p.FragOff), int(p.L3End)-dataOff
	if more && n%block != 0 {
		// RFC 8200 §4.5: to be discarded. IPv4 hosts take the whole blocks.
		if p.IPVersion == 6 {
			return t.refuse(handle, event.ReasonDefragError)
		}
		n &^= block - 1
	}
	if n <= 0 {
		return t.refuse(handle, event.ReasonDefragError)
	}
	headLen := dataOff - int(p.L3Off)
	limit := maxDatagram - headLen
	if p.IPVersion == 6 {
		// The payload length does not count the fixed header.
		limit = maxDatagram - (headLen - header.IPv6Size - header.IPv6FragmentSize)
	}
	if from+n > limit {
		// No receiver can use it; crashing one is what it is for.
		t.Count.TooLarge++
		r.Events.Set(ev.tooLarge)
		return t.refuse(handle, event.ReasonDefragError)
	}

	var k key
	k.src, k.dst, k.id, k.pair = p.Src, p.Dst, p.IPID, p.Pair
	k.vlan, k.vlans, k.version, k.depth = p.VLAN, p.VLANCount, p.IPVersion, p.Depth
	if p.IPVersion == 4 {
		k.proto = p.Proto
	}
	bucket := t.hash(&k) & uint32(len(t.buckets.Rec)-1)
	i := t.find(&k, bucket)
	if i != 0 && p.TimeUS-t.trackers.At(i).lastUS >= t.trackers.At(i).timeout {
		// A later datagram under the same identification.
		t.Count.Timeouts++
		t.pushOut(i, event.ReasonDefragError)
		i = 0
	}
	at, i := t.take(&k, bucket, i, p, handle, dataOff, n)
	if at == 0 {
		t.Count.Memcap++
		r.Events.Set(ev.ignored)
		if i != 0 {
			r.Condemned = t.trackers.At(i).condemned
			r.Handles = t.release(i, r.Handles)
		}
		return t.refuse(handle, event.ReasonDefragMemcap)
	}
	tr := t.trackers.At(i)
	if int(tr.frags) > t.cfg.MaxFragsPerDatagram {
		t.Count.Ignored++
		r.Events.Set(ev.ignored)
		r.State, r.Reason, r.Condemned = Dropped, event.ReasonDefragMemcap, tr.condemned
		r.Handles = t.release(i, r.Handles)
		return r
	}
	if t.place(tr, from, from+n, more) {
		t.Count.Overlaps++
		r.Events.Set(ev.overlap)
		if tr.overlaps++; tr.overlaps > maxOverlaps {
			t.Count.Ignored++
			r.Events.Set(ev.ignored)
			r.State, r.Reason = Dropped, event.ReasonDefragError
			r.Handles = t.release(i, r.Handles)
			return r
		}
	}
	r.State, t.latest = Held, i
	if tr.complete() {
		t.latest = 0
		t.finish(i, tr)
	}
	return r
}

// Condemn marks the datagram of the fragment that the last Push held: a fragment
// that was dropped does not reach the receiver, so the others are of no use to it.
func (t *Table) Condemn() {
	if t.latest != 0 {
		t.trackers.At(t.latest).condemned = true
	}
}

// refuse gives the fragment that came back at once, behind what Handles holds.
func (t *Table) refuse(handle uintptr, why event.Reason) *Result {
	t.res.State, t.res.Reason = Dropped, why
	if handle != 0 {
		t.res.Handles = append(t.res.Handles, handle)
	}
	return &t.res
}

// take files the fragment under tracker i, made when 0. It returns the fragment,
// 0 when the caps leave no room for it, and the tracker.
func (t *Table) take(k *key, bucket, i uint32, p *packet.Packet, handle uintptr, dataOff, n int) (uint32, uint32) {
	for t.free == 0 || t.octets+len(p.Frame) > t.cfg.Memcap {
		if !t.evict(i) {
			return 0, i
		}
	}
	if i == 0 {
		if i = t.add(k, bucket, p); i == 0 {
			if !t.evict(0) {
				return 0, 0
			}
			i = t.add(k, bucket, p)
		}
	}
	tr := t.trackers.At(i)
	at := t.free
	f := &t.frags[at]
	head, data := p.Frame[p.L3Off:dataOff], p.Frame[dataOff:dataOff+n]
	if handle == 0 {
		own := t.copies.Get(len(head) + n)
		if own == nil {
			return 0, i
		}
		own = append(append(own, head...), data...)
		head, data, f.own = own[:len(head)], own[len(head):], own
	}
	t.free = f.next
	f.handle, f.head, f.data, f.next = handle, head, data, 0
	f.from, f.frame = int32(p.FragOff), int32(len(p.Frame))
	if p.IPVersion == 6 {
		f.nextOff = p.FragNextOff - p.L3Off
		f.proto = header.IPv6Fragment(p.Frame[p.FragHdrOff:]).NextHeader()
	}
	if tr.last == 0 {
		tr.first = at
	} else {
		t.frags[tr.last].next = at
	}
	tr.last = at
	tr.frags++
	t.held++
	t.octets += len(p.Frame)
	if p.TimeUS > tr.lastUS {
		tr.lastUS = p.TimeUS
	}
	t.unlink(tr)
	t.append(i, tr)
	return at, i
}

// place notes that [from, to) is there and reports an overlap.
func (t *Table) place(tr *tracker, from, to int, more bool) (overlap bool) {
	overlap = tr.cover(from, to)
	if !more {
		if tr.total != 0 && int(tr.total) != to {
			tr.disagree = true
		}
		// Of two ends the nearer one counts: what lies behind it no host would
		// wait for.
		if tr.total == 0 || int(tr.total) > to {
			tr.total = int32(to)
		}
	}
	tr.overlap = tr.overlap || overlap
	return overlap
}
