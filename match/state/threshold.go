package state

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

const second = 1_000_000

// Threshold counts a match of a rule on a packet and says what becomes of it.
// A rule that tracks flows does nothing on a packet without one.
func (t *Tables) Threshold(rec *match.ThresholdRec, rule *match.RuleRec, p *input.Packet) match.Outcome {
	if rec.Type == match.ThThreshold && rec.Count == 1 {
		return match.Emit
	}
	k := key{a: rule.SID, b: rule.GID, c: rule.Rev, kind: kindThreshold, track: rec.Track}
	if rec.Type == match.ThRate {
		k.kind = kindRate // beside a threshold of the rule's own, which counts for itself
	}
	if !k.of(rec.Track, p) {
		return match.Below
	}
	hash := t.h.hash(&k)
	b := t.thresholds.claim(hash)
	if b == nil {
		// Nobody knows the count: a filter that waits for it does not fire, others
		// do.
		if rec.Type == match.ThDetection {
			return match.Below
		}
		return match.Emit
	}
	defer b.release()
	if e := b.find(&k); e != nil {
		e.touched = p.TimeUS
		return t.count(e, rec, p)
	}
	e := t.thresholds.room(b, p.TimeUS)
	t.givePorts(e.ports)
	*e = entry{key: k, start: p.TimeUS, touched: p.TimeUS, count: 1, until: math.MaxInt64}
	t.h.counters[ThresholdAdded].Add(1)
	return t.first(e, rec, p)
}

// of fills in what is tracked.
func (k *key) of(track uint8, p *input.Packet) bool {
	switch track {
	case match.TrackSrc:
		k.version, k.addr = p.IPVersion, p.Src
	case match.TrackDst:
		k.version, k.addr = p.IPVersion, p.Dst
	case match.TrackBoth:
		k.pair(p)
	case match.TrackFlow:
		if p.Flow == nil {
			return false
		}
		binary.LittleEndian.PutUint64(k.addr[:], p.Flow.ID)
	}
	return true
}

// pair puts both addresses in, the lower one first: a pair is the same in both
// directions.
func (k *key) pair(p *input.Packet) {
	k.version, k.addr, k.addr2 = p.IPVersion, p.Src, p.Dst
	if bytes.Compare(k.addr[:], k.addr2[:]) > 0 {
		k.addr, k.addr2 = k.addr2, k.addr
	}
}

// first is the outcome of the match that made the entry.
func (t *Tables) first(e *entry, rec *match.ThresholdRec, p *input.Packet) match.Outcome {
	if rec.Type != match.ThBackoff {
		e.window(rec, p.TimeUS)
	}
	switch rec.Type {
	case match.ThLimit, match.ThRate:
		return match.Emit
	case match.ThThreshold, match.ThBoth:
		if rec.Count == 1 {
			return match.Emit
		}
	case match.ThBackoff:
		e.next = rec.Count
		if rec.Count == 1 {
			e.next = scaled(e.next, rec.Multiplier)
			return match.Emit
		}
	case match.ThDetection:
		if rec.Unique == match.UniqueNone {
			break
		}
		if e.ports = t.takePorts(); e.ports != 0 {
			t.addPort(e.ports, uniquePort(rec, p))
		}
	}
	return match.Below
}

// window starts a window of time.
func (e *entry) window(rec *match.ThresholdRec, now int64) {
	e.start, e.count = now, 1
	e.until = now + int64(rec.Seconds)*second + int64(rec.Timeout)*second
}

// count is the outcome of a further match.
func (t *Tables) count(e *entry, rec *match.ThresholdRec, p *input.Packet) match.Outcome {
	now := p.TimeUS
	inside := now <= e.start+int64(rec.Seconds)*second
	switch rec.Type {
	case match.ThLimit:
		if !inside {
			e.window(rec, now)
			return match.Emit
		}
		e.count = more(e.count)
		if e.count > rec.Count {
			return match.Quiet
		}
		return match.Emit
	case match.ThThreshold:
		if !inside {
			e.window(rec, now)
			return match.Below
		}
		if e.count = more(e.count); e.count < rec.Count {
			return match.Below
		}
		e.count = 0
		return match.Emit
	case match.ThBoth:
		if !inside {
			e.window(rec, now)
		} else {
			e.count = more(e.count)
		}
		switch {
		case e.count == rec.Count:
			return match.Emit
		case e.count > rec.Count:
			return match.Quiet
		}
		return match.Below
	case match.ThDetection:
		return t.filter(e, rec, p, inside)
	case match.ThRate:
		return e.rate(rec, now, inside)
	case match.ThBackoff:
		if e.count == math.MaxUint32 {
			return match.Quiet
		}
		if e.count++; e.count != e.next {
			return match.Quiet
		}
		e.next = scaled(e.next, rec.Multiplier)
		return match.Emit
	}
	return match.Below
}

// filter is detection_filter: every match beyond the count within the window
// counts, of packets or of distinct ports.
func (t *Tables) filter(e *entry, rec *match.ThresholdRec, p *input.Packet, inside bool) match.Outcome {
	if !inside {
		e.window(rec, p.TimeUS)
		if e.ports != 0 {
			t.ports[e.ports-1].word = [1024]uint64{}
			t.addPort(e.ports, uniquePort(rec, p))
		}
		return match.Below
	}
	if e.ports == 0 || t.addPort(e.ports, uniquePort(rec, p)) {
		e.count = more(e.count)
	}
	if e.count > rec.Count {
		return match.Emit
	}
	return match.Below
}

// rate is rate_filter: once the count is passed, the new action holds for the
// timeout; the match that ends it has the rule's own action.
func (e *entry) rate(rec *match.ThresholdRec, now int64, inside bool) match.Outcome {
	if e.timeout != 0 {
		if d := now/second - e.timeout/second; d < 0 || d > int64(rec.Timeout) {
			e.timeout = 0
			return match.Emit
		}
		return match.NewAction
	}
	if !inside {
		e.window(rec, now)
		return match.Emit
	}
	if e.count = more(e.count); e.count <= rec.Count {
		return match.Emit
	}
	e.timeout = max(now, 1)
	e.until = max(e.until, now+int64(rec.Timeout)*second)
	return match.NewAction
}

func uniquePort(rec *match.ThresholdRec, p *input.Packet) uint16 {
	if rec.Unique == match.UniqueSrcPort {
		return p.SrcPort
	}
	return p.DstPort
}

// more counts without running over.
func more(n uint32) uint32 {
	if n == math.MaxUint32 {
		return n
	}
	return n + 1
}

func scaled(n, by uint32) uint32 { return uint32(min(uint64(n)*uint64(by), math.MaxUint32)) }
