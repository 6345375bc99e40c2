package decompress

import "testing"

func TestStatusNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for s := NeedInput; s <= NoMemory+1; s++ {
		if seen[s.String()] || (s.String() == "unknown") != (s > NoMemory) {
			t.Errorf("status %d is called %q", s, s)
		}
		seen[s.String()] = true
	}
}
