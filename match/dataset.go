package match

import "bytes"

// Types of data sets: what their values are.
const (
	SetString uint8 = iota + 1
	SetMD5
	SetSHA256
	SetIPv4
	SetIP // sixteen octets, IPv4 mapped into IPv6
	SetSHA1
)

// SetRec is a data set: what it was loaded with, and how to go about the rest.
type SetRec struct {
	ID      uint32 // the same in all policies
	Type    uint8
	Mutable uint8 // 1: rules change it; commands may change any
	_       uint16
	Memcap  uint64 // of what rules add, octets; 0: none of its own
	Slots   Span   // its rows of SetSlots, a power of two; 0: nothing was loaded
	Items   Span   // its rows of SetItems
	Name    NameRec
	// Save is the file that the set is written to at the end of a run; empty: none.
	Save NameRec
}

// SetItem is one value that a set was loaded with.
type SetItem struct {
	Off, Len   uint32 // in SetData
	JSON, Size uint32 // what is known of it, in SetData; Size 0: nothing
	Rep        uint16
	_          uint16
}

// SetHash spreads values over a set's slots. Values come from files that were
// chosen, and a lookup ends at the first free slot, so that it needs no key.
func SetHash(v []byte) uint32 {
	h := uint64(14695981039346656037)
	for _, c := range v {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return uint32(h>>32) ^ uint32(h)
}

// Loaded says whether a set was loaded with a value.
func (b *Bundle) Loaded(s *SetRec, v []byte) bool { return b.loaded(s, v) != nil }

// loaded finds a value among those that a set was loaded with; slots hold an
// item's place in the set plus one.
func (b *Bundle) loaded(s *SetRec, v []byte) *SetItem {
	if s.Slots.N == 0 {
		return nil
	}
	slots := b.SetSlots[s.Slots.Off : s.Slots.Off+s.Slots.N]
	mask := s.Slots.N - 1
	for i, n := SetHash(v)&mask, uint32(0); n <= mask; i, n = (i+1)&mask, n+1 {
		at := slots[i]
		if at == 0 {
			return nil
		}
		it := &b.SetItems[s.Items.Off+at-1]
		if int(it.Len) == len(v) && bytes.Equal(b.SetData[it.Off:it.Off+it.Len], v) {
			return it
		}
	}
	return nil
}

// setValue brings a buffer into the form of a set's values; false when it is
// none.
func setValue(s *SetRec, data []byte, room *[16]byte) ([]byte, bool) {
	switch s.Type {
	case SetMD5:
		return data, len(data) == 16
	case SetSHA1:
		return data, len(data) == 20
	case SetSHA256:
		return data, len(data) == 32
	case SetIPv4:
		return data, len(data) == 4
	case SetIP:
		if len(data) == 4 {
			*room = [16]byte{10: 0xFF, 11: 0xFF}
			copy(room[12:], data)
			return room[:], true
		}
		return data, len(data) == 16
	}
	return data, len(data) > 0
}

// Commands of OpDataset in Op.A. X is the set's place in Sets.
const (
	DataIsSet int32 = iota
	DataIsNotSet
	DataSet
	DataUnset
)

// FSubdomain of OpDataset: a value that begins with a dot is in the set when one
// of its parents is.
const FSubdomain uint16 = 1

// dataset asks or changes a set; what changes nothing does not match. B is the
// number of the name under which an alert tells what is known of the value, plus
// one.
func (x *inspector) dataset(op *Op) bool {
	s := &x.b.Sets[op.X]
	v, ok := setValue(s, x.data, &x.room)
	if !ok {
		return op.A == DataIsNotSet
	}
	switch op.A {
	case DataSet:
		return x.e.state.SetAdd(s.ID, v, x.b.loaded(s, v) != nil, s.Memcap)
	case DataUnset:
		return x.e.state.SetRemove(s.ID, v, x.b.loaded(s, v) != nil)
	}
	return x.inSet(op, s, v) == (op.A == DataIsSet)
}

// inSet reports whether a set has a value, or, where asked for, a parent of it.
func (x *inspector) inSet(op *Op, s *SetRec, v []byte) bool {
	for {
		it := x.b.loaded(s, v)
		has := x.e.state.SetHas(s.ID, v, it != nil)
		if has {
			if it != nil && it.Size > 0 && op.B > 0 {
				x.e.vars.add(VarJSON, uint32(op.B-1), x.b.SetData[it.JSON:it.JSON+it.Size])
			}
			return true
		}
		if op.Flags&FSubdomain == 0 || len(v) < 2 || v[0] != '.' {
			return false
		}
		next := bytes.IndexByte(v[1:], '.')
		if next < 0 {
			return false
		}
		v = v[1+next:]
	}
}

// datarep compares the reputation of a value with Y: A is a Cmp operator.
func (x *inspector) datarep(op *Op) bool {
	s := &x.b.Sets[op.X]
	v, ok := setValue(s, x.data, &x.room)
	if !ok {
		return false
	}
	it := x.b.loaded(s, v)
	if it == nil {
		return false
	}
	switch op.A {
	case CmpLT:
		return uint64(it.Rep) < op.Y
	case CmpGT:
		return uint64(it.Rep) > op.Y
	}
	return uint64(it.Rep) == op.Y
}
