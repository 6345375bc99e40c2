package dnp3

import "testing"

// Where a field says how long another is, it stands among those whose numbers are
// remembered, before it, and is a number.
func TestLengthsAreThere(t *testing.T) {
	for k, fields := range objects {
		for i, f := range fields {
			if f.kind < text || f.size == 0 {
				continue
			}
			if int(f.size) >= i || f.size >= 8 || fields[f.size].kind != number {
				t.Errorf("group %d variation %d: %s takes its length from field %d", k.group, k.variation, f.name, f.size)
			}
		}
	}
}
