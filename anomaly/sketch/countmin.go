package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Rows is the depth of every Count-Min sketch: four rows take the four 32-bit
// parts of one Hash.
const Rows = 4

// CountMin counts how often each key was added, in fixed memory.
//
// Error: with width w and N the sum of all additions, an estimate is never
// below the true count, and exceeds it by more than e·N/w with probability at
// most e^-4 = 1.8% a key (Cormode and Muthukrishnan, "An improved data stream
// summary: the count-min sketch and its applications", J. Algorithms 55, 2005).
// Conservative update (Estan and Varghese, "New directions in traffic
// measurement and accounting", SIGCOMM 2002) keeps both and is never worse.
//
// Ownership: cells are the caller's memory. Concurrency: one writer.
type CountMin struct {
	cells [Rows][]uint32
	mask  uint32
	head  *countMinHead
}

// countMinHead lies in the arena before the cells, so that a copy of the
// memory is a whole sketch.
type countMinHead struct {
	total uint64
	seed  uint64
	width uint64
	_     [5]uint64
}

// NewCountMin takes a sketch of the given width (a power of two, 16 to 2^24)
// out of the arena: 16·width+64 octets.
func NewCountMin(a *Arena, seed *Seed, width int) (CountMin, error) {
	var c CountMin
	if width < 16 || width > 1<<24 || width&(width-1) != 0 {
		return c, fmt.Errorf("count-min width %d: a power of two from 16 to 2^24 is needed", width)
	}
	mem := a.Bytes(CountMinSize(width))
	if mem == nil {
		return c, a.Err()
	}
	c = viewCountMin(mem, width)
	c.head.seed, c.head.width = seed.Fingerprint(), uint64(width)
	return c, nil
}

// CountMinSize is the octets a sketch of that width takes.
func CountMinSize(width int) int { return Align + Rows*4*width }

func viewCountMin(mem []byte, width int) CountMin {
	sub := NewArena(mem)
	var c CountMin
	c.head = &Take[countMinHead](sub, 1)[0]
	for i := range c.cells {
		c.cells[i] = Take[uint32](sub, width)
	}
	c.mask = uint32(width - 1)
	return c
}

// Add counts n more of the key with conservative update and returns its new
// estimate. Counters saturate at 2^32-1.
func (c *CountMin) Add(h Hash, n uint32) uint32 {
	c.head.total += uint64(n)
	p0 := &c.cells[0][uint32(h.Lo)&c.mask]
	p1 := &c.cells[1][uint32(h.Lo>>32)&c.mask]
	p2 := &c.cells[2][uint32(h.Hi)&c.mask]
	p3 := &c.cells[3][uint32(h.Hi>>32)&c.mask]
	est, carry := bits.Add32(min(*p0, *p1, *p2, *p3), n, 0)
	if carry != 0 {
		est = math.MaxUint32
	}
	*p0 = max(*p0, est)
	*p1 = max(*p1, est)
	*p2 = max(*p2, est)
	*p3 = max(*p3, est)
	return est
}

// AddPlain counts without conservative update: such sketches merge exactly
// into the sketch of the union.
func (c *CountMin) AddPlain(h Hash, n uint32) {
	c.head.total += uint64(n)
	for i, p := range c.parts(h) {
		c.cells[i][p] = satAdd(c.cells[i][p], n)
	}
}

// Estimate returns the count of a key: never too small.
func (c *CountMin) Estimate(h Hash) uint32 {
	p := c.parts(h)
	return min(c.cells[0][p[0]], c.cells[1][p[1]], c.cells[2][p[2]], c.cells[3][p[3]])
}

func (c *CountMin) parts(h Hash) [Rows]uint32 {
	return [Rows]uint32{
		uint32(h.Lo) & c.mask, uint32(h.Lo>>32) & c.mask,
		uint32(h.Hi) & c.mask, uint32(h.Hi>>32) & c.mask,
	}
}

// Total is the sum of everything added.
func (c *CountMin) Total() uint64 { return c.head.total }

// Width is the number of cells in a row.
func (c *CountMin) Width() int { return int(c.mask) + 1 }

// ErrorBound is e·N/w: the excess that an estimate stays under with
// probability 1-e^-4.
func (c *CountMin) ErrorBound() float64 {
	return math.E * float64(c.head.total) / float64(c.Width())
}

// Reset forgets all counts.
func (c *CountMin) Reset() {
	c.head.total = 0
	for _, row := range c.cells {
		clear(row)
	}
}

// Merge adds another sketch of the same width and seed. Plain sketches give
// exactly the sketch of both streams; conservative ones give estimates that
// are never too small and never above the plain sketch's.
func (c *CountMin) Merge(o *CountMin) error {
	if c.mask != o.mask || c.head.seed != o.head.seed {
		return fmt.Errorf("count-min of width %d and %d: %w", c.Width(), o.Width(), ErrMismatch)
	}
	c.head.total += o.head.total
	for i := range c.cells {
		for j, v := range o.cells[i] {
			c.cells[i][j] = satAdd(c.cells[i][j], v)
		}
	}
	return nil
}

// MarshalBinary writes the versioned format (see format.go).
func (c *CountMin) MarshalBinary() ([]byte, error) {
	body := make([]byte, 0, Rows*4*c.Width())
	for _, row := range c.cells {
		for _, v := range row {
			body = binary.LittleEndian.AppendUint32(body, v)
		}
	}
	e := envelope{kind: KindCountMin, seed: c.head.seed, shape: uint64(c.Width()), total: c.head.total, body: body}
	return e.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote into fresh heap memory.
func (c *CountMin) UnmarshalBinary(b []byte) error {
	e, err := unmarshal(b, KindCountMin)
	if err != nil {
		return err
	}
	w := int(e.shape)
	if e.shape < 16 || e.shape > 1<<24 || w&(w-1) != 0 || len(e.body) != Rows*4*w {
		return fmt.Errorf("%w: count-min of width %d in %d octets", ErrFormat, e.shape, len(e.body))
	}
	n := viewCountMin(make([]byte, CountMinSize(w)+Align), w)
	n.head.seed, n.head.width, n.head.total = e.seed, e.shape, e.total
	for i := range n.cells {
		for j := range n.cells[i] {
			n.cells[i][j] = binary.LittleEndian.Uint32(e.body[4*(i*w+j):])
		}
	}
	*c = n
	return nil
}

func satAdd(a, b uint32) uint32 {
	s, carry := bits.Add32(a, b, 0)
	if carry != 0 {
		return math.MaxUint32
	}
	return s
}
