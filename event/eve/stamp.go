package eve

import (
	"net/netip"
	"time"
)

// Stamp writes times as EVE does: local time, microseconds, numeric zone.
// Calendar and zone are computed once a second and kept for a few seconds.
type Stamp struct {
	loc   *time.Location
	slots [16]stampSlot
}

type stampSlot struct {
	sec   int64
	text  [20]byte // 2011-01-02T03:04:05.
	zone  [5]byte  // +0000
	valid bool
}

// NewStamp writes times of a zone; nil stands for the local one.
func NewStamp(loc *time.Location) *Stamp {
	if loc == nil {
		loc = time.Local
	}
	return &Stamp{loc: loc}
}

// Append appends a time without quotes. Years beyond four digits, which only a
// broken engine sends, are cut to the last second of 9999.
func (s *Stamp) Append(dst []byte, us int64) []byte {
	us = min(max(us, 0), 253402300799_999999-14*3600_000000)
	sec, frac := us/1e6, us%1e6
	slot := &s.slots[sec&15]
	if !slot.valid || slot.sec != sec {
		t := time.Unix(sec, 0).In(s.loc)
		slot.sec, slot.valid = sec, true
		t.AppendFormat(slot.text[:0], "2006-01-02T15:04:05.")
		t.AppendFormat(slot.zone[:0], "-0700")
	}
	dst = append(dst, slot.text[:]...)
	for d := int64(100000); d > 0; d /= 10 {
		dst = append(dst, '0'+byte(frac/d%10))
	}
	return append(dst, slot.zone[:]...)
}

// appendCompressed appends an IPv6 address as RFC 5952 writes it.
func appendCompressed(dst []byte, ip []byte) []byte {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return dst
	}
	return a.AppendTo(dst)
}
