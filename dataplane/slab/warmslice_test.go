package slab

import "testing"

// TestWarmSlice: whatever the sizes, what is in the slice stays.
func TestWarmSlice(t *testing.T) {
	for _, n := range []int{0, 1, 100, 5000, 1 << 20} {
		s := make([]uint64, n)
		for i := range s {
			s[i] = uint64(i)
		}
		for _, warm := range []int{0, 1, n / 2, n, 2 * n} {
			WarmSlice(s, warm)
		}
		for i := range s {
			if s[i] != uint64(i) {
				t.Fatalf("%d elements: element %d is %d", n, i, s[i])
			}
		}
	}
}
