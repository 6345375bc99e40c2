package slab

// Array is a fixed number of pointer-free records outside the Go heap.
type Array[T any] struct {
	mem []byte
	// Rec are the records; indices are stable.
	Rec []T
}

// NewArray maps n zeroed records. T must hold no Go pointers: the collector
// does not look here.
func NewArray[T any](n int) (*Array[T], error) {
	mem, err := Map(n * sizeOf[T]())
	if err != nil {
		return nil, err
	}
	return &Array[T]{mem: mem, Rec: records[T](mem, n)}, nil
}

// Warm takes the memory of the first n records (all for less than 0) from the
// system now.
func (a *Array[T]) Warm(n int) {
	if n >= 0 {
		n *= sizeOf[T]()
	}
	Warm(a.mem, n)
}

// Bytes is what the array occupies.
func (a *Array[T]) Bytes() int { return len(a.mem) }

// Close unmaps; the records must not be used after.
func (a *Array[T]) Close() error {
	m := a.mem
	a.mem, a.Rec = nil, nil
	return Unmap(m)
}

// Slab hands out records of an Array by index, last freed first, so that hot
// records stay in the cache. Index 0 is never handed out and stands for none.
type Slab[T any] struct {
	arr  *Array[T]
	free *Array[uint32]
	// nfree counts the valid entries of free; next is the first index that was
	// never handed out: memory is touched only when it is needed.
	nfree, next uint32
	used        uint32
}

// NewSlab makes a slab of n records.
func NewSlab[T any](n int) (*Slab[T], error) {
	arr, err := NewArray[T](n + 1)
	if err != nil {
		return nil, err
	}
	free, err := NewArray[uint32](n + 1)
	if err != nil {
		arr.Close()
		return nil, err
	}
	return &Slab[T]{arr: arr, free: free, next: 1}, nil
}

// Get returns the index of a record, or 0 when all are in use. The record
// holds whatever its last owner left.
func (s *Slab[T]) Get() uint32 {
	if s.nfree > 0 {
		s.nfree--
		s.used++
		return s.free.Rec[s.nfree]
	}
	if int(s.next) < len(s.arr.Rec) {
		i := s.next
		s.next++
		s.used++
		return i
	}
	return 0
}

// Warm takes the memory of the first n records from the system now.
func (s *Slab[T]) Warm(n int) {
	s.arr.Warm(n + 1)
	s.free.Warm(n + 1)
}

// Put gives a record back. Putting 0 does nothing.
func (s *Slab[T]) Put(i uint32) {
	if i == 0 {
		return
	}
	s.free.Rec[s.nfree] = i
	s.nfree++
	s.used--
}

// At is record i; i must come from Get.
func (s *Slab[T]) At(i uint32) *T { return &s.arr.Rec[i] }

// High is one past the highest index ever handed out.
func (s *Slab[T]) High() uint32 { return s.next }

// Used and Cap count records.
func (s *Slab[T]) Used() int { return int(s.used) }

// Cap is the number of records that can be in use at once.
func (s *Slab[T]) Cap() int { return len(s.arr.Rec) - 1 }

// Bytes is what the slab occupies when every record was touched.
func (s *Slab[T]) Bytes() int { return s.arr.Bytes() + s.free.Bytes() }

// Close unmaps everything.
func (s *Slab[T]) Close() error {
	err := s.arr.Close()
	if e := s.free.Close(); err == nil {
		err = e
	}
	return err
}
