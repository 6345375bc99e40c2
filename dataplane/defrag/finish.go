package defrag

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/event"
)

// finish puts the datagram of tracker i together and frees the tracker.
func (t *Table) finish(i uint32, tr *tracker) {
	r := &t.res
	r.State = Dropped
	switch first := t.firstFragment(tr); {
	case first == nil:
		r.Reason = event.ReasonDefragError
	case t.page == t.cfg.Datagrams:
		t.Count.Memcap++
		r.Reason = event.ReasonDefragMemcap
	default:
		page := t.pages[t.page*pageSize : (t.page+1)*pageSize : (t.page+1)*pageSize]
		if r.Datagram = t.assemble(tr, first, page); r.Datagram != nil {
			t.page++
			t.Count.Reassembled++
			r.State = Complete
		} else {
			r.Reason = event.ReasonDefragError
		}
	}
	r.Condemned = tr.condemned
	r.Overlap, r.Conflict = tr.overlap, r.Conflict || tr.disagree
	if r.Conflict {
		t.Count.Conflicts++
	}
	r.Handles = t.release(i, r.Handles)
}

// firstFragment is the fragment at offset 0 whose header the datagram gets: the
// one whose data wins there.
func (t *Table) firstFragment(tr *tracker) (first *fragment) {
	for at := tr.first; at != 0; at = t.frags[at].next {
		f := &t.frags[at]
		if f.from == 0 && (first == nil || tr.policy.newWins(first.span(), f.span())) {
			first = f
		}
	}
	return first
}

func (f *fragment) span() span { return span{int(f.from), int(f.from) + len(f.data)} }

// assemble writes header and payload into page; nil when the header and the
// payload together are no datagram.
func (t *Table) assemble(tr *tracker, first *fragment, page []byte) []byte {
	head := first.head
	if tr.key.version == 6 {
		head = head[:len(head)-header.IPv6FragmentSize]
	}
	n := copy(page, head)
	total := int(tr.total)
	size := n + total
	if tr.key.version == 6 && size-header.IPv6Size > maxDatagram || tr.key.version == 4 && size > maxDatagram {
		return nil
	}
	t.fill(tr, page[n:size])
	if tr.key.version == 6 {
		page[first.nextOff] = first.proto
		header.IPv6(page).SetPayloadLen(size - header.IPv6Size)
		return page[:size:size]
	}
	h := header.IPv4(page[:n])
	h.SetTotalLen(size)
	h.SetFragWord(0)
	h.SetChecksum(0)
	h.SetChecksum(headerSum(h))
	return page[:size:size]
}

// fill copies the payloads in order of arrival. Where two fragments have the
// same octets, the policy decides between the newcomer and whoever gave them.
func (t *Table) fill(tr *tracker, out []byte) {
	if !tr.overlap {
		for at := tr.first; at != 0; at = t.frags[at].next {
			if f := &t.frags[at]; int(f.from) < len(out) {
				copy(out[f.from:], f.data)
			}
		}
		return
	}
	clear(t.owner[:(len(out)+block-1)/block])
	for at := tr.first; at != 0; at = t.frags[at].next {
		f := &t.frags[at]
		fresh := f.span()
		for pos := fresh.from; pos < min(fresh.to, len(out)); pos += block {
			data := f.data[pos-fresh.from : min(pos+block, fresh.to, len(out))-fresh.from]
			owner := &t.owner[pos/block]
			if *owner == 0 {
				copy(out[pos:], data)
				*owner = at
				continue
			}
			old := t.frags[*owner].span()
			both := min(len(data), old.to-pos)
			if !bytes.Equal(out[pos:pos+both], data[:both]) {
				t.res.Conflict = true
			}
			if tr.policy.newWins(old, fresh) {
				copy(out[pos:], data)
				*owner = at
			} else {
				copy(out[pos+both:], data[both:])
			}
		}
	}
}

// headerSum is the checksum of an IPv4 header whose checksum field is zero.
func headerSum(h header.IPv4) uint16 {
	var s uint32
	for i := 0; i+1 < len(h); i += 2 {
		s += uint32(h[i])<<8 | uint32(h[i+1])
	}
	s = s>>16 + s&0xffff
	return ^uint16(s>>16 + s&0xffff)
}
