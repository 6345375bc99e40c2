package input

import (
	"strings"
	"testing"
)

// TestDecodeEventNames keeps constants and names in step, below the IDs of
// stream events.
func TestDecodeEventNames(t *testing.T) {
	if len(DecodeEventNames) != int(NumDecodeEvents) || NumDecodeEvents > MaxDecodeEvents {
		t.Fatalf("%d names for %d events", len(DecodeEventNames), NumDecodeEvents)
	}
	seen := map[string]bool{}
	for i, n := range DecodeEventNames {
		if n == "" || seen[n] || strings.HasPrefix(n, "decoder.") {
			t.Errorf("event %d: name %q is empty, taken or prefixed", i, n)
		}
		seen[n] = true
		if id, ok := DecodeEventByName(n); !ok || id != EventID(i) {
			t.Errorf("%q gives %d", n, id)
		}
	}
	if _, ok := DecodeEventByName("ipv4.no_such"); ok {
		t.Error("an unknown name was found")
	}
	if DecodeIPv4PktTooSmall != 1 || DecodeARPUnsupportedOpcode != 148 {
		t.Error("IDs moved; they are append-only")
	}
}
