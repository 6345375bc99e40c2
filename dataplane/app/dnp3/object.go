package dnp3

import "encoding/binary"

// object is an object's header (IEEE 1815 section 4.2.2.7).
type object struct {
	group, variation, qualifier uint8
	first, last                 uint32
	count                       uint64
}

func (o *object) prefix() uint8    { return o.qualifier >> 4 & 7 }
func (o *object) rangeCode() uint8 { return o.qualifier & 15 }

// sized reports whether points have their size in front.
func (o *object) sized() bool { return o.prefix() >= 4 }

// Range codes.
const (
	rangeVirtual  = 3 // to 5: from and to, addresses
	rangeAll      = 6
	rangeCount    = 7 // to 9
	rangeVariable = 11
)

// walk goes through the objects of a fragment and their points.
type walk struct {
	fn     uint8
	b      []byte
	opt    *Options
	events uint16
	seen   int    // objects
	points uint64 // of all objects
	o      object
	// Of the object at hand: how its points look, and the next one.
	shape *shape
	n     uint64
	p     point
}

// point is one value of an object: b holds it, or bits the part of an octet that is
// shared with others.
type point struct {
	index, prefix uint32
	b             []byte
	bits          uint8
}

func (w *walk) fail(ev uint16) bool {
	w.events |= 1 << ev
	w.b, w.o, w.shape = nil, object{}, nil
	return false
}

// number takes a number of n octets, the lowest first.
func (w *walk) number(n int) (v uint32, ok bool) {
	if len(w.b) < n {
		return 0, false
	}
	for i := range n {
		v |= uint32(w.b[i]) << (8 * i)
	}
	w.b = w.b[n:]
	return v, true
}

// next reads the next object's header; false: there is none.
func (w *walk) next() bool {
	if len(w.b) == 0 {
		return false
	}
	if w.seen == w.opt.Objects {
		return w.fail(evTooManyObjects)
	}
	w.seen++
	if len(w.b) < 3 {
		return w.fail(evMalformed)
	}
	w.o = object{group: w.b[0], variation: w.b[1], qualifier: w.b[2]}
	w.b = w.b[3:]
	o := &w.o
	ok, to := true, true
	switch c := o.rangeCode(); {
	case c < rangeAll:
		size := 1 << (c % rangeVirtual)
		o.first, ok = w.number(size)
		o.last, to = w.number(size)
		if !ok || !to || o.last < o.first {
			return w.fail(evMalformed)
		}
		o.count = uint64(o.last) - uint64(o.first) + 1
	case c == rangeAll:
	case c < rangeCount+3, c == rangeVariable:
		size := 1
		if c != rangeVariable {
			size = 1 << (c - rangeCount)
		}
		var n uint32
		if n, ok = w.number(size); !ok {
			return w.fail(evMalformed)
		}
		o.count = uint64(n)
	default:
		return w.fail(evMalformed)
	}
	if o.prefix() == 7 {
		return w.fail(evMalformed)
	}
	w.n, w.shape = 0, nil
	if o.count == 0 {
		return true
	}
	if o.count > uint64(w.opt.Points) {
		w.events |= 1 << evMaxPointsPerObject
		return w.last(evTooManyPoints)
	}
	if !o.sized() && !hasData(w.fn, o.group) {
		if o.prefix() == 0 {
			return true
		}
		w.shape = &empty
	} else if w.shape = shapeOf(o.group, o.variation); w.shape == nil {
		if !o.sized() {
			return w.last(evUnknownObject) // where the next object begins is not known
		}
		w.events |= 1 << evUnknownObject
		w.shape = &empty
	}
	if w.points += o.count; w.points > uint64(w.opt.Points) {
		return w.last(evTooManyPoints)
	}
	return true
}

// last ends the walk with the object at hand, of which the header is known.
func (w *walk) last(ev uint16) bool {
	w.events |= 1 << ev
	w.b, w.shape = nil, nil
	return true
}

// point reads the next point of the object at hand; false: there is none.
func (w *walk) point() bool {
	o := &w.o
	if w.shape == nil || w.n >= o.count {
		return false
	}
	w.p = point{index: o.first + uint32(w.n)}
	size := w.shape.octets
	if c := o.prefix(); c != 0 {
		v, ok := w.number(1 << ((c - 1) % 3))
		if !ok {
			return w.fail(evMalformed)
		}
		w.p.prefix = v
		if o.sized() {
			if uint64(v) > uint64(len(w.b)) || int(v) < size {
				return w.fail(evMalformed)
			}
			size = int(v)
		} else {
			w.p.index = v
		}
	}
	if per := w.shape.packed; per > 0 && !o.sized() {
		return w.part(per)
	}
	w.n++
	if len(w.b) < size {
		return w.fail(evMalformed)
	}
	w.p.b, w.b = w.b[:size], w.b[size:]
	return true
}

// part reads a point that takes some bits only; with an index in front each has
// its own octet.
func (w *walk) part(bits int) bool {
	if len(w.b) == 0 {
		return w.fail(evMalformed)
	}
	at := 0
	if w.o.prefix() == 0 {
		at = int(w.n*uint64(bits)) & 7
	}
	w.p.b, w.p.bits = w.b[:1], w.b[0]>>at&(1<<bits-1)
	w.n++
	if w.o.prefix() != 0 || at+bits == 8 || w.n == w.o.count {
		w.b = w.b[1:]
	}
	return true
}

// value reads a number of up to eight octets, the lowest first.
func value(b []byte) uint64 {
	var x [8]byte
	copy(x[:], b)
	return binary.LittleEndian.Uint64(x[:])
}
