package stream

// region is a run of consecutive octets of one direction, in one page. Regions
// stand in order and do not overlap; they touch only where a page was full.
type region struct {
	off  uint64 // stream offset of the first octet
	n    uint32
	at   uint32 // where it stands in the page
	page page
	next uint32
	// seen is the call in which octets of it were handed out last.
	seen  uint32
	order uint8
	lent  bool
	_     uint16
}

const (
	// maxIslands bounds the regions of one direction: what a receiver's hole list
	// would hold after heavy loss. More are made only to be expensive.
	maxIslands = 256
	// farApart separates islands that count as different regions of memory.
	farApart = 256 << 10
	// joinLimit is the largest region that is copied to make two into one.
	joinLimit = 256 << 10
)

func (g *region) end() uint64 { return g.off + uint64(g.n) }

func (s *Stage) region(i uint32) *region { return s.regions.At(i) }

// octets are [from, to) of a region; both lie in it.
func (s *Stage) octets(g *region, from, to uint64) []byte {
	b := s.arena.bytes(g.page, g.order)[g.at : g.at+g.n : g.at+g.n]
	return b[from-g.off : to-g.off : to-g.off]
}

// handOut is octets for somebody who keeps looking after this call.
func (s *Stage) handOut(g *region, from, to uint64) []byte {
	g.seen, g.lent = s.calls, true
	return s.octets(g, from, to)
}

// firstAfter is the first region that ends behind off, and the one before it.
func (s *Stage) firstAfter(h *half, off uint64) (i, prev uint32) {
	if h.tail != 0 && s.region(h.tail).end() <= off {
		return 0, h.tail
	}
	for i = h.regs; i != 0; {
		g := s.region(i)
		if g.end() > off {
			return i, prev
		}
		prev, i = i, g.next
	}
	return 0, prev
}

type stored uint8

const (
	storedAll stored = iota
	storeMemcap
	storeLimit
)

// store writes data at offset off. Octets that are there already are
// overwritten: the caller has made data what they should be.
func (s *Stage) store(h *half, off uint64, data []byte) stored {
	end := off + uint64(len(data))
	i, prev := s.firstAfter(h, off)
	// Joining begins at the first region that data touches: the one made for it
	// when data stands before all others.
	first := prev
	if first == 0 && i != 0 && s.region(i).off <= off {
		first = i
	}
	for off < end {
		if i != 0 {
			g := s.region(i)
			if g.off <= off {
				to := min(end, g.end())
				copy(s.octets(g, off, to), data)
				data = data[to-off:]
				off = to
				prev, i = i, g.next
				continue
			}
		}
		to := end
		if i != 0 {
			to = min(end, s.region(i).off)
		}
		var st stored
		if prev, st = s.fill(h, prev, off, data[:to-off]); st != storedAll {
			return st
		}
		if first == 0 {
			first = prev
		}
		data = data[to-off:]
		off = to
		i = s.region(prev).next
	}
	h.right = max(h.right, end)
	s.joinFrom(h, first, end)
	return storedAll
}

// fill stores octets that no region has, behind region prev.
func (s *Stage) fill(h *half, prev uint32, off uint64, data []byte) (uint32, stored) {
	if prev != 0 {
		g := s.region(prev)
		if g.end() == off && s.grow(g, len(data)) {
			b := s.arena.bytes(g.page, g.order)
			copy(b[g.at+g.n:], data)
			g.n += uint32(len(data))
			return prev, storedAll
		}
	}
	if h.nregs >= maxIslands || prev != 0 && !s.roomForGroup(h, prev, off) {
		return prev, storeLimit
	}
	i := s.regions.Get()
	if i == 0 {
		return prev, storeMemcap
	}
	order := orderFor(len(data))
	p := s.arena.get(order, s.calls)
	if p == 0 {
		s.regions.Put(i)
		return prev, storeMemcap
	}
	next := h.regs
	if prev != 0 {
		next = s.region(prev).next
		s.region(prev).next = i
	} else {
		h.regs = i
	}
	if next == 0 {
		h.tail = i
	}
	*s.region(i) = region{off: off, n: uint32(len(data)), page: p, order: order, next: next}
	copy(s.arena.bytes(p, order), data)
	h.nregs++
	if h.nregs == 1 {
		h.maxRegions = max(h.maxRegions, 1)
	}
	return i, storedAll
}

// roomForGroup reports whether an island at off may be made: one far from all
// others counts towards Config.MaxRegions.
func (s *Stage) roomForGroup(h *half, prev uint32, off uint64) bool {
	if off-s.region(prev).end() < farApart {
		return true
	}
	groups := uint16(2)
	for i := h.regs; s.region(i).next != 0; {
		next := s.region(i).next
		if s.region(next).off-s.region(i).end() >= farApart {
			groups++
		}
		i = next
	}
	if s.cfg.MaxRegions > 0 && int(groups) > s.cfg.MaxRegions {
		return false
	}
	h.maxRegions = max(h.maxRegions, groups)
	return true
}

// grow makes room for n more octets behind a region; false when its page cannot
// hold them.
func (s *Stage) grow(g *region, n int) bool {
	size := 1 << g.order
	need := int(g.n) + n
	if int(g.at)+need <= size {
		return true
	}
	// Moving octets to the front of their page pays only if it frees as much as it
	// moves; it must not hit octets that somebody still looks at.
	if need <= size && int(g.at) >= int(g.n) && (!g.lent || s.calls-g.seen > 0) {
		b := s.arena.bytes(g.page, g.order)
		copy(b, b[g.at:g.at+g.n])
		g.at = 0
		return true
	}
	order := orderFor(max(need, 2*int(g.n)))
	if int(order) > int(s.arena.top) {
		order = orderFor(need)
	}
	p := s.arena.get(order, s.calls)
	if p == 0 && order > orderFor(need) {
		order = orderFor(need)
		p = s.arena.get(order, s.calls)
	}
	if p == 0 {
		return false
	}
	copy(s.arena.bytes(p, order), s.arena.bytes(g.page, g.order)[g.at:g.at+g.n])
	s.freePage(g)
	g.page, g.order, g.at, g.lent = p, order, 0, false
	return true
}

// freePage gives back a region's page, later if somebody may be looking.
func (s *Stage) freePage(g *region) {
	if g.lent && s.calls-g.seen < reuseDistance {
		s.arena.lend(g.page, g.order, g.seen)
	} else {
		s.arena.put(g.page, g.order)
	}
}

// joinFrom makes regions that touch into one, from region i to offset end, so
// that what is read across their border lies in one piece.
func (s *Stage) joinFrom(h *half, i uint32, end uint64) {
	for i != 0 {
		g := s.region(i)
		k := g.next
		if k == 0 || g.off > end {
			return
		}
		b := s.region(k)
		if g.end() != b.off || b.n > joinLimit || !s.grow(g, int(b.n)) {
			i = k
			continue
		}
		copy(s.arena.bytes(g.page, g.order)[g.at+g.n:], s.octets(b, b.off, b.end()))
		g.n += b.n
		g.next = b.next
		if h.tail == k {
			h.tail = i
		}
		s.freePage(b)
		s.regions.Put(k)
		h.nregs--
	}
}

// cutBefore frees everything before offset left.
func (s *Stage) cutBefore(h *half, left uint64) {
	for h.regs != 0 {
		g := s.region(h.regs)
		if g.off >= left {
			return
		}
		if g.end() > left {
			k := uint32(left - g.off)
			g.off, g.at, g.n = left, g.at+k, g.n-k
			return
		}
		s.freePage(g)
		next := g.next
		s.regions.Put(h.regs)
		h.regs = next
		h.nregs--
		if next == 0 {
			h.tail = 0
		}
	}
}
