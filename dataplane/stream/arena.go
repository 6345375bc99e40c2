package stream

import (
	"encoding/binary"
	"math/bits"

	"github.com/weir-ips/weir/dataplane/slab"
)

const (
	minOrder = 8  // 256 octets
	maxOrder = 22 // 4 MiB
	minPage  = 1 << minOrder
	// reuseDistance is how many packets pass before octets that were handed out
	// may be overwritten: more than a burst and what it carries.
	reuseDistance = 1024
	// quickCap free pages of an order are kept as they are: splitting and joining
	// for every packet would cost more than the packet.
	quickCap = 256
	// lentCap bounds the pages waiting for reuseDistance.
	lentCap = 1 << 15
)

// page is a run of octets in the arena: its first unit of minPage octets, plus
// one. 0: none.
type page uint32

// arena gives pages of a power of two octets out of one mapping, by the buddy
// method, so that what small pages took can serve large ones again.
type arena struct {
	mem []byte
	// kind[u] describes the page that starts at unit u: order+1, with pageFree set
	// when it stands in the list of its order.
	kind  *slab.Array[uint8]
	units uint32
	fresh uint32 // first unit that was never given out
	top   uint   // largest order
	free  [maxOrder + 1]page
	quick [maxOrder + 1][quickCap]page
	nq    [maxOrder + 1]int
	lent  [lentCap]lentPage
	head  uint32
	nlent uint32
	used  int
}

type lentPage struct {
	p     page
	order uint8
	when  uint32
}

const pageFree = 0x80

// newArena makes an arena of about limit octets.
func newArena(limit int) (*arena, error) {
	top := uint(min(bits.Len(uint(limit))-3, maxOrder))
	limit &^= 1<<top - 1
	mem, err := slab.Map(limit)
	if err != nil {
		return nil, err
	}
	a := &arena{mem: mem, units: uint32(limit >> minOrder), top: top}
	if a.kind, err = slab.NewArray[uint8](int(a.units)); err != nil {
		slab.Unmap(mem)
		return nil, err
	}
	return a, nil
}

func (a *arena) close() error {
	err := a.kind.Close()
	if e := slab.Unmap(a.mem); err == nil {
		err = e
	}
	a.mem = nil
	return err
}

// orderFor is the order of the smallest page with n octets.
func orderFor(n int) uint8 {
	if n <= minPage {
		return minOrder
	}
	return uint8(bits.Len(uint(n - 1)))
}

// largest is the size of the largest page.
func (a *arena) largest() int { return 1 << a.top }

// bytes are a page's octets.
func (a *arena) bytes(p page, order uint8) []byte {
	at := int(p-1) << minOrder
	return a.mem[at : at+1<<order : at+1<<order]
}

// get takes a page, or returns 0 when there is none. now counts packets.
func (a *arena) get(order uint8, now uint32) page {
	if uint(order) > a.top {
		return 0
	}
	a.settle(now, 4)
	p := a.take(order)
	if p == 0 {
		// Something may be joined from what is kept for quick use.
		a.settle(now, lentCap)
		for o := minOrder; o <= int(a.top); o++ {
			for a.nq[o] > 0 {
				a.nq[o]--
				a.join(a.quick[o][a.nq[o]], uint8(o))
			}
		}
		p = a.take(order)
	}
	if p != 0 {
		a.used += 1 << order
	}
	return p
}

func (a *arena) take(order uint8) page {
	if n := a.nq[order]; n > 0 {
		a.nq[order] = n - 1
		return a.quick[order][n-1]
	}
	o := uint(order)
	for ; o <= a.top && a.free[o] == 0; o++ {
	}
	var p page
	if o <= a.top {
		p = a.free[o]
		a.unlink(p, uint8(o))
	} else {
		step := uint32(1) << (a.top - minOrder)
		if a.fresh+step > a.units {
			return 0
		}
		p = page(a.fresh + 1)
		a.fresh += step
		o = a.top
	}
	for ; o > uint(order); o-- {
		a.link(p+page(1)<<(o-1-minOrder), uint8(o-1))
	}
	a.kind.Rec[p-1] = order + 1
	return p
}

// put gives a page back at once; lend does so when nobody can look any more.
func (a *arena) put(p page, order uint8) {
	a.used -= 1 << order
	a.release(p, order)
}

func (a *arena) release(p page, order uint8) {
	if n := a.nq[order]; n < quickCap {
		a.quick[order][n] = p
		a.nq[order] = n + 1
		return
	}
	a.join(p, order)
}

// lend gives a page back after reuseDistance packets.
func (a *arena) lend(p page, order uint8, now uint32) {
	a.used -= 1 << order
	if a.nlent == lentCap {
		a.settleOne()
	}
	a.lent[(a.head+a.nlent)%lentCap] = lentPage{p, order, now}
	a.nlent++
}

// settle takes back up to n pages whose time is over.
func (a *arena) settle(now uint32, n int) {
	for ; n > 0 && a.nlent > 0; n-- {
		if now-a.lent[a.head].when < reuseDistance {
			return
		}
		a.settleOne()
	}
}

func (a *arena) settleOne() {
	l := a.lent[a.head]
	a.head = (a.head + 1) % lentCap
	a.nlent--
	a.release(l.p, l.order)
}

// join puts a page into the list of its order, or of a larger one when its
// buddies are free too.
func (a *arena) join(p page, order uint8) {
	for uint(order) < a.top {
		buddy := (uint32(p) - 1) ^ 1<<(order-minOrder) + 1
		if buddy-1 >= a.fresh || a.kind.Rec[buddy-1] != order+1|pageFree {
			break
		}
		a.unlink(page(buddy), order)
		if page(buddy) < p {
			p = page(buddy)
		}
		order++
	}
	a.link(p, order)
}

// Free pages of an order are a list threaded through them: next, previous.

func (a *arena) link(p page, order uint8) {
	a.kind.Rec[p-1] = order + 1 | pageFree
	b := a.bytes(p, order)
	next := a.free[order]
	binary.LittleEndian.PutUint32(b, uint32(next))
	binary.LittleEndian.PutUint32(b[4:], 0)
	if next != 0 {
		binary.LittleEndian.PutUint32(a.bytes(next, order)[4:], uint32(p))
	}
	a.free[order] = p
}

func (a *arena) unlink(p page, order uint8) {
	a.kind.Rec[p-1] = order + 1
	b := a.bytes(p, order)
	next, prev := page(binary.LittleEndian.Uint32(b)), page(binary.LittleEndian.Uint32(b[4:]))
	if prev != 0 {
		binary.LittleEndian.PutUint32(a.bytes(prev, order), uint32(next))
	} else {
		a.free[order] = next
	}
	if next != 0 {
		binary.LittleEndian.PutUint32(a.bytes(next, order)[4:], uint32(prev))
	}
}
