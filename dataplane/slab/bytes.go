package slab

import "math/bits"

const (
	minClass  = 6  // 64 octets
	maxClass  = 20 // 1 MiB
	chunkSize = 2 << 20
)

// Bytes allocates octet slices outside the Go heap in power-of-two classes
// from 64 octets to 1 MiB, within a cap. Free slices are kept by class.
//
// The list of free slices is threaded through the slices themselves, so the
// allocator needs no memory of its own.
type Bytes struct {
	mem  []byte
	used int // octets handed out, in whole classes
	next int // start of what was never handed out
	// free[c] is the offset+1 of the first free slice of class c.
	free [maxClass + 1]int
	cap  int
}

// NewBytes makes an allocator whose slices together never exceed limit octets.
// The memory is reserved now and touched when used.
func NewBytes(limit int) (*Bytes, error) {
	limit = (limit + chunkSize - 1) &^ (chunkSize - 1)
	mem, err := Map(limit)
	if err != nil {
		return nil, err
	}
	return &Bytes{mem: mem, cap: limit}, nil
}

func classOf(n int) int {
	if n <= 1<<minClass {
		return minClass
	}
	return bits.Len(uint(n - 1))
}

// Get returns a slice of length 0 and a capacity of at least n, or nil when n
// is above 1 MiB or the cap is reached.
func (b *Bytes) Get(n int) []byte {
	if n < 0 || n > 1<<maxClass {
		return nil
	}
	c := classOf(n)
	if at := b.free[c]; at != 0 {
		off := at - 1
		b.free[c] = getInt(b.mem[off:])
		b.used += 1 << c
		return b.mem[off : off : off+1<<c]
	}
	if b.next+1<<c > len(b.mem) {
		return b.split(c)
	}
	off := b.next
	b.next += 1 << c
	b.used += 1 << c
	return b.mem[off : off : off+1<<c]
}

// split takes a free slice of a larger class apart when no fresh memory is
// left.
func (b *Bytes) split(c int) []byte {
	for d := c + 1; d <= maxClass; d++ {
		at := b.free[d]
		if at == 0 {
			continue
		}
		off := at - 1
		b.free[d] = getInt(b.mem[off:])
		for k := d - 1; k >= c; k-- {
			half := off + 1<<k
			putInt(b.mem[half:], b.free[k])
			b.free[k] = half + 1
		}
		b.used += 1 << c
		return b.mem[off : off : off+1<<c]
	}
	return nil
}

// Put gives a slice from Get (or Grow) back. A nil slice is ignored.
func (b *Bytes) Put(s []byte) {
	if cap(s) == 0 {
		return
	}
	s = s[:cap(s)]
	off := int(AddressOf(s) - AddressOf(b.mem))
	c := classOf(len(s))
	putInt(s, b.free[c])
	b.free[c] = off + 1
	b.used -= 1 << c
}

// Append adds data to s, moving it to a larger class where it must. ok is false,
// and s unchanged, when there is no room.
func (b *Bytes) Append(s, data []byte) (out []byte, ok bool) {
	n := len(s) + len(data)
	if n <= cap(s) {
		return append(s, data...), true
	}
	bigger := b.Get(n)
	if bigger == nil {
		return s, false
	}
	bigger = append(append(bigger, s...), data...)
	b.Put(s)
	return bigger, true
}

// Offset is where a slice from Get lies: a number that can be kept in a record
// without pointers. At gives the slice back.
func (b *Bytes) Offset(s []byte) int { return int(AddressOf(s) - AddressOf(b.mem)) }

// At is the slice at an offset from Offset that Get was asked n octets for, n of
// them visible.
func (b *Bytes) At(off, n int) []byte { return b.mem[off : off+n : off+1<<classOf(n)] }

// Owns reports whether s lies in this allocator's mapping.
func (b *Bytes) Owns(s []byte) bool {
	a, m := AddressOf(s), AddressOf(b.mem)
	return cap(s) > 0 && a >= m && a < m+uintptr(len(b.mem))
}

// Used and Cap count octets.
func (b *Bytes) Used() int { return b.used }

// Cap is the most that can be handed out.
func (b *Bytes) Cap() int { return b.cap }

// Close unmaps; every slice handed out dies with it.
func (b *Bytes) Close() error {
	m := b.mem
	b.mem = nil
	return Unmap(m)
}

func getInt(b []byte) int {
	_ = b[7]
	return int(uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56)
}

func putInt(b []byte, v int) {
	_ = b[7]
	u := uint64(v)
	b[0], b[1], b[2], b[3] = byte(u), byte(u>>8), byte(u>>16), byte(u>>24)
	b[4], b[5], b[6], b[7] = byte(u>>32), byte(u>>40), byte(u>>48), byte(u>>56)
}
