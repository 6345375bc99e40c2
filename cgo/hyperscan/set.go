package hyperscan

// #include <stdlib.h>
// #include "set.h"
import "C"

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"
)

// Set finds literals like a Database of them, in less time: most of what it
// looks for stands in small tables of hashed four-octet grams that are asked for
// every fourth place of the data; the rest, short or without a gram of its own,
// in a Hyperscan database. Literals at a fixed place are looked for only there.
//
// It is immutable; any number of threads may scan with it.
type Set struct {
	c    *C.struct_whs_set
	blob unsafe.Pointer
	rest *Database
}

// ErrSet says that octets are not a set that BuildSet made.
var ErrSet = errors.New("hyperscan: damaged pattern set")

// OpenSet makes a set of what BuildSet returned, on a machine with the same
// PlatformFingerprint. The octets are copied.
func OpenSet(b []byte) (*Set, error) {
	rest, err := checkSet(b)
	if err != nil {
		return nil, err
	}
	s := &Set{}
	if len(rest) > 0 {
		if s.rest, err = Deserialize(rest); err != nil {
			return nil, err
		}
	}
	tables := len(b) - len(rest) // the rest stands last
	if C.posix_memalign(&s.blob, 64, C.size_t(tables)) != 0 {
		s.Close()
		return nil, fmt.Errorf("hyperscan: no memory for a pattern set of %d octets", tables)
	}
	copy(unsafe.Slice((*byte)(s.blob), tables), b)
	s.c = (*C.struct_whs_set)(C.malloc(C.sizeof_struct_whs_set))
	s.c.blob = (*C.uint8_t)(s.blob)
	s.c.rest = nil
	if s.rest != nil {
		s.c.rest = s.rest.ptr
	}
	return s, nil
}

// wide: this machine has the vector unit that tables of buckets are for.
var wide = C.whs_wide() != 0

// setVector lets tables of buckets be asked by the vector unit, or not: for tests.
func setVector(on bool) {
	n := C.int(0)
	if on {
		n = 1
	}
	C.whs_vector(n)
}

// Handle is the number that stands for the set in a Job.
func (s *Set) Handle() uintptr { return uintptr(unsafe.Pointer(s.c)) | 1 }

// Rest is the database of what is not in tables; nil for none. A Scratch must
// fit it.
func (s *Set) Rest() *Database { return s.rest }

// Close frees the set. No scan may be using it.
func (s *Set) Close() {
	if s.rest != nil {
		s.rest.Close()
		s.rest = nil
	}
	C.free(s.blob)
	C.free(unsafe.Pointer(s.c))
	s.blob, s.c = nil, nil
}

// checkSet holds every number of a set against its length, since scanning checks
// none of them, and returns the serialised database in it.
func checkSet(b []byte) (rest []byte, err error) {
	if len(b) < headerOctets {
		return nil, ErrSet
	}
	var h header
	h.read(b)
	ok := h.Magic == setMagic && uint64(h.Size) == uint64(len(b)) && h.NTables <= maxTables &&
		within(b, h.Tables, uint64(h.NTables)*uint64(tableOctets)) &&
		within(b, h.Patterns, uint64(h.NPatterns)*uint64(patternOctets)) && within(b, h.Text, uint64(h.TextLen)) &&
		within(b, h.Rest, uint64(h.RestLen)) && h.Rest+h.RestLen == h.Size
	if !ok {
		return nil, ErrSet
	}
	for i := range h.NPatterns {
		p := readPattern(b[h.Patterns+i*patternOctets:])
		if uint64(p.Text)+uint64(p.Len) > uint64(h.TextLen) || p.Len == 0 {
			return nil, ErrSet
		}
	}
	for i := range h.NTables {
		var t table
		t.read(b[h.Tables+i*tableOctets:])
		if !checkTable(b, &h, &t) {
			return nil, ErrSet
		}
	}
	return b[h.Rest:], nil
}

func checkTable(b []byte, h *header, t *table) bool {
	if t.HeadBits < 1 || t.HeadBits > maxBits || t.Width < 1 || t.Width > 4 || t.Heads%4 != 0 || t.Entries%4 != 0 {
		return false
	}
	heads := uint64(1)<<t.HeadBits + 1
	if !within(b, t.Heads, 4*heads) || !within(b, t.Entries, uint64(t.NEntries)*uint64(entryOctets)) {
		return false
	}
	switch t.Kind {
	case kindAnchored:
	case kindBuckets:
		if t.HeadBits != bucketBits || t.Filter%64 != 0 || !within(b, t.Filter, bucketFilter) {
			return false
		}
	case kindGrams:
		if t.FilterBits < 6 || t.FilterBits > maxBits || t.Filter%8 != 0 || !within(b, t.Filter, 1<<t.FilterBits/8) {
			return false
		}
		switch [2]uint32{t.Stride, t.Width} {
		case [2]uint32{4, 4}, [2]uint32{2, 4}, [2]uint32{1, 4}, [2]uint32{1, 2}:
		default:
			return false
		}
	default:
		return false
	}
	last := uint32(0)
	for i := range uint32(heads) {
		n := binary.LittleEndian.Uint32(b[t.Heads+4*i:])
		if n < last || n > t.NEntries {
			return false
		}
		last = n
	}
	for i := range t.NEntries {
		if readEntry(b[t.Entries+i*entryOctets:]).Pattern >= h.NPatterns {
			return false
		}
	}
	return true
}

func within(b []byte, off uint32, n uint64) bool { return uint64(off)+n <= uint64(len(b)) }

// The layouts must agree; a difference does not compile.
var (
	_ = [1]struct{}{}[headerOctets-C.sizeof_struct_set_header]
	_ = [1]struct{}{}[tableOctets-C.sizeof_struct_set_table]
	_ = [1]struct{}{}[entryOctets-C.sizeof_struct_set_entry]
	_ = [1]struct{}{}[patternOctets-C.sizeof_struct_set_pattern]
	_ = [1]struct{}{}[setMagic-C.SET_MAGIC]
	_ = [1]struct{}{}[maxTables-C.SET_MAX_TABLES]
	_ = [1]struct{}{}[1<<bucketBits-C.BUCKETS]
)
