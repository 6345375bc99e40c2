package hyperscan

import (
	"encoding/binary"
	"unsafe"
)

// What set.h declares, in the same order.
const (
	setMagic      = 0x33455357
	maxTables     = 40
	maxBits       = 20
	headerOctets  = int(unsafe.Sizeof(header{}))
	tableOctets   = uint32(unsafe.Sizeof(table{}))
	entryOctets   = uint32(unsafe.Sizeof(entry{}))
	patternOctets = uint32(unsafe.Sizeof(setPattern{}))
)

type header struct {
	Magic, Size, NPatterns, NTables uint32
	Tables, Patterns, Text, TextLen uint32
	Rest, RestLen                   uint32
	Pad                             [6]uint32
}

type table struct {
	Kind, At, Stride, Width uint32
	Filter, FilterBits      uint32
	Heads, HeadBits         uint32
	Entries, NEntries       uint32
	Quick                   [2]uint32
}

// Kinds of tables.
const (
	kindGrams uint32 = iota
	kindAnchored
	kindBuckets
)

type entry struct{ Gram, Pattern, Back uint32 }

type setPattern struct{ ID, Text, Len, NoCase uint32 }

func words(b []byte, to ...*uint32) {
	for i, w := range to {
		*w = binary.LittleEndian.Uint32(b[4*i:])
	}
}

func (h *header) read(b []byte) {
	words(b, &h.Magic, &h.Size, &h.NPatterns, &h.NTables, &h.Tables, &h.Patterns, &h.Text, &h.TextLen, &h.Rest, &h.RestLen)
}

func (t *table) read(b []byte) {
	words(b, &t.Kind, &t.At, &t.Stride, &t.Width, &t.Filter, &t.FilterBits, &t.Heads, &t.HeadBits, &t.Entries, &t.NEntries, &t.Quick[0], &t.Quick[1])
}

func readEntry(b []byte) (e entry) {
	words(b, &e.Gram, &e.Pattern, &e.Back)
	return e
}

func readPattern(b []byte) (p setPattern) {
	words(b, &p.ID, &p.Text, &p.Len, &p.NoCase)
	return p
}

// put appends numbers in little-endian order.
func put(b []byte, numbers ...uint32) []byte {
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

// pad appends zeros up to a multiple of n.
func pad(b []byte, n int) []byte {
	for len(b)%n != 0 {
		b = append(b, 0)
	}
	return b
}
