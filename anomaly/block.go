package anomaly

import (
	"encoding/binary"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// Op is what a Command asks for.
type Op uint8

// Operations.
const (
	BlockAdd    Op = 1 + iota // block a prefix until TTLUS from now
	BlockRemove               // take a block back
	BlockClear                // take all blocks back
	ResumeMitigation
)

// MaxBlockUS is the longest life of a manual block: everything expires.
const MaxBlockUS = 30 * 24 * 3600 * 1_000_000

// Command reaches a worker through its mailbox; plain numbers.
type Command struct {
	TTLUS     int64
	Addr      [16]byte // host bits are ignored
	Bits      uint8
	IPVersion uint8
	Op        Op
}

// blocks is the manual block list: a hash table of prefixes, and which prefix
// lengths are in use, so that a packet costs one probe a length.
type blocks struct {
	slots   []block
	lengths [2][129]int32 // by version and bits
	n       int
	sweep   int
}

type block struct {
	addr    [16]byte
	expires int64
	bits    uint8
	version uint8 // 0: free
}

func newBlocks(a *sketch.Arena, n int) blocks { return blocks{slots: sketch.Take[block](a, n)} }

// mask clears the host bits.
func mask(addr [16]byte, bits uint8) [16]byte {
	for i := range addr {
		switch b := int(bits) - 8*i; {
		case b <= 0:
			addr[i] = 0
		case b < 8:
			addr[i] &= 0xff << (8 - b)
		}
	}
	return addr
}

func (b *blocks) home(seed *sketch.Seed, addr *[16]byte, bits, version uint8) int {
	h := seed.Sum(binary.LittleEndian.Uint64(addr[:8]), binary.LittleEndian.Uint64(addr[8:]), uint64(version)<<8|uint64(bits)|1<<16)
	return int(h.Lo & uint64(len(b.slots)-1))
}

func (b *blocks) find(seed *sketch.Seed, addr *[16]byte, bits, version uint8) int {
	for i := b.home(seed, addr, bits, version); b.slots[i].version != 0; i = (i + 1) & (len(b.slots) - 1) {
		if s := &b.slots[i]; s.addr == *addr && s.bits == bits && s.version == version {
			return i
		}
	}
	return -1
}

// add returns false when the list is full (three quarters of the slots).
func (b *blocks) add(seed *sketch.Seed, addr [16]byte, bits, version uint8, expires int64) bool {
	addr = mask(addr, bits)
	if i := b.find(seed, &addr, bits, version); i >= 0 {
		b.slots[i].expires = expires
		return true
	}
	if b.n >= len(b.slots)/4*3 {
		return false
	}
	i := b.home(seed, &addr, bits, version)
	for b.slots[i].version != 0 {
		i = (i + 1) & (len(b.slots) - 1)
	}
	b.slots[i] = block{addr: addr, expires: expires, bits: bits, version: version}
	b.n++
	b.lengths[version/6][bits]++
	return true
}

// removeAt closes the gap by backward shift, so that probes stay short.
func (b *blocks) removeAt(seed *sketch.Seed, hole int) {
	m := len(b.slots) - 1
	b.lengths[b.slots[hole].version/6][b.slots[hole].bits]--
	b.n--
	for i := (hole + 1) & m; b.slots[i].version != 0; i = (i + 1) & m {
		s := &b.slots[i]
		if home := b.home(seed, &s.addr, s.bits, s.version); (i-home)&m >= (i-hole)&m {
			b.slots[hole] = *s
			hole = i
		}
	}
	b.slots[hole] = block{}
}

// blocked says that a prefix in force holds the address.
func (b *blocks) blocked(seed *sketch.Seed, addr *[16]byte, version uint8, now int64) bool {
	if b.n == 0 {
		return false
	}
	width := 32
	if version == 6 {
		width = 128
	}
	inUse := &b.lengths[version/6]
	for bits := width; bits >= 0; bits-- {
		if inUse[bits] == 0 {
			continue
		}
		m := mask(*addr, uint8(bits))
		if i := b.find(seed, &m, uint8(bits), version); i >= 0 && now < b.slots[i].expires {
			return true
		}
	}
	return false
}

// expire looks at a few slots a tick.
func (b *blocks) expire(seed *sketch.Seed, now int64) {
	for range min(16, len(b.slots)) {
		i := b.sweep & (len(b.slots) - 1)
		if s := &b.slots[i]; s.version != 0 && now >= s.expires {
			b.removeAt(seed, i) // another one may have moved here: look again
			continue
		}
		b.sweep++
	}
}

// Apply carries out a command; false when it makes no sense or the block list
// is full. Called by the worker between two bursts.
func (s *Scorer) Apply(c *Command) bool {
	switch c.Op {
	case BlockClear:
		clear(s.blocks.slots)
		s.blocks.lengths = [2][129]int32{}
		s.blocks.n = 0
		return true
	case ResumeMitigation:
		s.Resume()
		return true
	case BlockAdd, BlockRemove:
	default:
		return false
	}
	width := uint8(128)
	if c.IPVersion == 4 {
		width = 32
	} else if c.IPVersion != 6 {
		return false
	}
	if c.Bits > width {
		return false
	}
	if c.Op == BlockAdd {
		return c.TTLUS > 0 && s.blocks.add(&s.seed, c.Addr, c.Bits, c.IPVersion, s.now+min(c.TTLUS, MaxBlockUS))
	}
	addr := mask(c.Addr, c.Bits)
	i := s.blocks.find(&s.seed, &addr, c.Bits, c.IPVersion)
	if i < 0 {
		return false
	}
	s.blocks.removeAt(&s.seed, i)
	return true
}

// Blocks is how many manual blocks are in the list.
func (s *Scorer) Blocks() int { return s.blocks.n }
