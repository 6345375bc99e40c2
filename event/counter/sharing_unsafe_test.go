package counter

import (
	"testing"
	"unsafe"
)

// Two workers' counters share no cache line: each is written for every packet.
func TestNoFalseSharing(t *testing.T) {
	const line = 64
	set := NewSet(Tables{})
	var prev []*Local
	for range 16 {
		l := NewLocal(set, nil)
		first := uintptr(unsafe.Pointer(&l.v[0])) / line
		last := (uintptr(unsafe.Pointer(&l.v[0])) + uintptr(8*len(l.v)) - 1) / line
		for _, o := range prev {
			of := uintptr(unsafe.Pointer(&o.v[0])) / line
			ol := (uintptr(unsafe.Pointer(&o.v[0])) + uintptr(8*len(o.v)) - 1) / line
			if first <= ol && of <= last {
				t.Fatalf("counters at lines %d to %d and %d to %d", first, last, of, ol)
			}
		}
		prev = append(prev, l)
	}
}
