package event

import "testing"

// TestReasonNames keeps the names and the constants the same length, with no
// two reasons under one name.
func TestReasonNames(t *testing.T) {
	if len(reasonNames) != int(NumReasons) {
		t.Fatalf("%d names for %d reasons", len(reasonNames), NumReasons)
	}
	seen := map[string]bool{}
	for i, n := range reasonNames {
		if n == "" || seen[n] {
			t.Errorf("reason %d: name %q is empty or taken", i, n)
		}
		seen[n] = true
	}
}
