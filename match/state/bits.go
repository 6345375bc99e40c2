package state

import (
	"encoding/binary"
	"math"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// bitKey is the key of an xbits or hostbits operation. tx counts the
// transactions of the flow.
func bitKey(op *match.Op, p *input.Packet, tx uint64) (k key, ok bool) {
	k.a = uint32(op.X)
	switch uint8(op.B) {
	case match.TrackSrc:
		k.kind, k.version, k.addr = kindHostBit, p.IPVersion, p.Src
	case match.TrackDst:
		k.kind, k.version, k.addr = kindHostBit, p.IPVersion, p.Dst
	case match.TrackBoth:
		k.kind = kindPairBit
		k.pair(p)
	case match.TrackTx:
		if p.Flow == nil {
			return k, false
		}
		k.kind = kindTxBit
		binary.LittleEndian.PutUint64(k.addr[:], p.Flow.ID)
		binary.LittleEndian.PutUint64(k.addr[8:], tx)
	default:
		return k, false
	}
	return k, true
}

// Bits answers an xbits or hostbits condition: isset or isnotset.
func (t *Tables) Bits(op *match.Op, p *input.Packet, tx uint64) bool {
	want := op.A == match.BitIsSet
	k, ok := bitKey(op, p, tx)
	if !ok {
		return !want
	}
	b := t.bits.claim(t.h.hash(&k))
	if b == nil {
		return !want
	}
	defer b.release()
	e := b.find(&k)
	if e != nil && e.until < p.TimeUS {
		*e = entry{}
		e = nil
	}
	if e != nil {
		e.touched = p.TimeUS
	}
	return (e != nil) == want
}

// SetBits sets, clears or toggles a bit. One that is set already keeps the time
// at which it expires.
func (t *Tables) SetBits(op *match.Op, p *input.Packet, tx uint64) {
	k, ok := bitKey(op, p, tx)
	if !ok {
		return
	}
	b := t.bits.claim(t.h.hash(&k))
	if b == nil {
		return
	}
	defer b.release()
	e := b.find(&k)
	if e != nil && e.until < p.TimeUS {
		*e = entry{}
		e = nil
	}
	switch {
	case e == nil && op.A == match.BitUnset, e != nil && op.A == match.BitSet:
		return
	case e != nil:
		*e = entry{}
		return
	}
	e = t.bits.room(b, p.TimeUS)
	until := int64(math.MaxInt64)
	if op.Y > 0 {
		until = p.TimeUS + int64(min(op.Y, math.MaxUint32))*second
	}
	*e = entry{key: k, start: p.TimeUS, until: until, touched: p.TimeUS}
	t.h.counters[BitAdded].Add(1)
}
