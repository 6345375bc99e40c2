package stream

import (
	"bytes"

	"github.com/weir-ips/weir/match/input"
)

// segment remembers where a segment began and ended: some systems decide by the
// edges of whole segments whose octets win. Passive only.
type segment struct {
	off        uint64
	n          uint32
	next, prev uint32
	_          uint32
}

func (g *segment) end() uint64 { return g.off + uint64(g.n) }

const (
	// maxSegments bounds the segments remembered of one direction.
	maxSegments = 1024
	// mergeSegments: from so many on, a segment right behind another is counted as
	// part of it.
	mergeSegments = 256
)

// newWins reports whether a receiver of policy pol reads the new segment's
// octets where it overlaps an old one (Novak and Sturges, Target-Based TCP
// Stream Reassembly, 2007).
func newWins(pol OSPolicy, newOff, newEnd, oldOff, oldEnd uint64) bool {
	switch pol {
	case OSLast:
		return true
	case OSFirst, OSVista:
		return false
	case OSSolaris, OSHPUX11:
		// The longer reach to the right wins, also over an equal one unless the new
		// one starts later.
		if newOff > oldOff {
			return newEnd > oldEnd
		}
		return newEnd >= oldEnd
	case OSLinux:
		return newOff < oldOff || newOff == oldOff && newEnd > oldEnd
	case OSOldLinux:
		return newOff < oldOff || newOff == oldOff && newEnd >= oldEnd
	}
	// BSD and its kin, Windows, IRIX, HP-UX 10, macOS: the one that starts first.
	return newOff < oldOff
}

// resolve remembers the segment and returns what is to be stored for its octets:
// data itself, or a copy in which the octets of older segments stand where those
// win. nil: no room to remember it.
func (s *Stage) resolve(a *arrival, off uint64, data []byte, overlap bool) []byte {
	h := a.snd
	n := uint32(len(data))
	if !overlap {
		if t := h.segTail; t != 0 && h.nsegs >= mergeSegments {
			if g := s.marks.At(t); g.end() == off {
				g.n += n
				return data
			}
		}
		if !s.remember(h, h.segTail, off, n) {
			return nil
		}
		return data
	}
	prev := h.segTail
	for prev != 0 {
		g := s.marks.At(prev)
		if g.off < off || g.off == off && g.n <= n {
			break
		}
		prev = g.prev
	}
	buf := s.scratch[:len(data)]
	copy(buf, data)
	pol := a.rcv.os
	different := false
	end := off + uint64(n)
	// A long segment may lie behind short ones that end early, so all are looked
	// at.
	reg, _ := s.firstAfter(h, off)
	for i := prev; i != 0; {
		g := s.marks.At(i)
		different = s.overlay(reg, g, off, data, buf, pol) || different
		i = g.prev
	}
	next := h.segs
	if prev != 0 {
		next = s.marks.At(prev).next
	}
	for i := next; i != 0; {
		g := s.marks.At(i)
		if g.off >= end {
			break
		}
		for reg != 0 && s.region(reg).end() <= g.off {
			reg = s.region(reg).next
		}
		different = s.overlay(reg, g, off, data, buf, pol) || different
		i = g.next
	}
	if different && s.cfg.CheckOverlap {
		a.event(input.StreamReassemblyOverlapDifferentData)
		s.Stats.OverlapDiffData++
	}
	known := prev != 0 && s.marks.At(prev).off == off && s.marks.At(prev).n == n
	if !known && !s.remember(h, prev, off, n) {
		return nil
	}
	return buf
}

// overlay puts the stored octets of an older segment into buf where they win. It
// reports whether the two copies differ. reg is the region to begin with.
func (s *Stage) overlay(reg uint32, g *segment, off uint64, data, buf []byte, pol OSPolicy) bool {
	end := off + uint64(len(data))
	from, to := max(off, g.off), min(end, g.end())
	if from >= to {
		return false
	}
	keepOld := !newWins(pol, off, end, g.off, g.end())
	differ := false
	for i := reg; i != 0; {
		r := s.region(i)
		i = r.next
		if r.off >= to {
			break
		}
		x, y := max(from, r.off), min(to, r.end())
		if x >= y {
			continue
		}
		have := s.octets(r, x, y)
		if !bytes.Equal(have, data[x-off:y-off]) {
			differ = true
			if keepOld {
				copy(buf[x-off:y-off], have)
			}
		}
	}
	return differ
}

// remember puts a segment behind another in the list.
func (s *Stage) remember(h *half, prev uint32, off uint64, n uint32) bool {
	if h.nsegs >= maxSegments {
		return false
	}
	i := s.marks.Get()
	if i == 0 {
		return false
	}
	next := h.segs
	if prev != 0 {
		next = s.marks.At(prev).next
		s.marks.At(prev).next = i
	} else {
		h.segs = i
	}
	if next != 0 {
		s.marks.At(next).prev = i
	} else {
		h.segTail = i
	}
	*s.marks.At(i) = segment{off: off, n: n, next: next, prev: prev}
	h.nsegs++
	return true
}

// forgetBefore drops the segments that end at or before left.
func (s *Stage) forgetBefore(h *half, left uint64) {
	for h.segs != 0 {
		g := s.marks.At(h.segs)
		if g.end() > left {
			return
		}
		next := g.next
		s.marks.Put(h.segs)
		h.segs = next
		h.nsegs--
		if next == 0 {
			h.segTail = 0
		} else {
			s.marks.At(next).prev = 0
		}
	}
}
