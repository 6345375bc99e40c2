package state

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

const (
	// tagIdle is how long a tag lives without packets.
	tagIdle = 600 * second
	// tagRestarts bounds how often the same rule starts its tag over.
	tagRestarts = 10
	// tagSeen: the packet that set the tag went by; its alert has logged it.
	tagSeen = 1
)

// tagKey names the flow or host of a tag; the rule comes into it behind the
// hash, so that all tags of one flow or host share a bucket.
func tagKey(kind uint8, p *input.Packet, dst bool) key {
	k := key{kind: kind}
	switch {
	case kind == kindFlowTag:
		binary.LittleEndian.PutUint64(k.addr[:], p.Flow.ID)
	case dst:
		k.version, k.addr = p.IPVersion, p.Dst
	default:
		k.version, k.addr = p.IPVersion, p.Src
	}
	return k
}

// SetTag starts a tag op of a rule on the packet's flow or host, or starts it
// over.
func (t *Tables) SetTag(op *match.Op, rule *match.RuleRec, p *input.Packet) {
	kind := kindHostTag
	if op.A == match.TagSession {
		if p.Flow == nil {
			return
		}
		kind = kindFlowTag
	} else if p.IPVersion == 0 {
		return
	}
	k := tagKey(kind, p, uint8(op.B) == match.TrackDst)
	b := t.tags.claim(t.h.hash(&k))
	if b == nil {
		return
	}
	defer b.release()
	k.a, k.b, k.track = rule.SID, rule.GID, uint8(op.C)
	if e := b.find(&k); e != nil {
		if e.next++; e.next < tagRestarts {
			e.start, e.touched, e.timeout = p.TimeUS, p.TimeUS, 0
			e.until = p.TimeUS + tagIdle
		}
		return
	}
	e := t.tags.room(b, p.TimeUS)
	if e.kind == kindFree {
		t.h.liveTags.Add(1)
	}
	*e = entry{key: k, start: p.TimeUS, until: p.TimeUS + tagIdle, touched: p.TimeUS, count: uint32(op.X)}
	t.h.counters[TagAdded].Add(1)
}

// Tagged counts a packet for the tags of its flow and hosts, and reports whether
// it is to be logged for one of them. octets is the packet's length.
func (t *Tables) Tagged(p *input.Packet, octets int) bool {
	if t.h.liveTags.Load() <= 0 || p.Source == input.SourceFlowEnd {
		return false
	}
	hit := false
	if p.Flow != nil {
		k := tagKey(kindFlowTag, p, false)
		hit = t.pass(&k, p.TimeUS, octets)
	}
	if p.IPVersion == 0 {
		return hit
	}
	k := tagKey(kindHostTag, p, false)
	hit = t.pass(&k, p.TimeUS, octets) || hit
	k = tagKey(kindHostTag, p, true)
	return t.pass(&k, p.TimeUS, octets) || hit
}

// pass counts a packet for the tags of one flow or host.
func (t *Tables) pass(k *key, now int64, octets int) bool {
	b := t.tags.claim(t.h.hash(k))
	if b == nil {
		return false
	}
	defer b.release()
	hit := false
	for i := range b.entries {
		e := &b.entries[i]
		if e.kind != k.kind || e.addr != k.addr || e.version != k.version {
			continue
		}
		e.touched, e.until = now, now+tagIdle
		switch int32(e.track) {
		case match.TagPackets:
			e.timeout++
		case match.TagBytes:
			e.timeout += int64(octets)
		case match.TagSeconds:
			e.timeout = now/second - e.start/second
		}
		switch {
		case e.flags&tagSeen == 0:
			e.flags |= tagSeen
		case e.timeout > int64(e.count):
			*e = entry{}
			t.h.liveTags.Add(-1)
		default:
			hit = true
		}
	}
	return hit
}
