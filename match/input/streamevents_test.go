package input

import (
	"strings"
	"testing"
)

// TestStreamEventNames keeps constants and names in step, behind the IDs of
// decode events and inside an EventSet.
func TestStreamEventNames(t *testing.T) {
	if len(StreamEventNames) != int(NumStreamEvents) || EndStreamEvents > MaxEvents {
		t.Fatalf("%d names for %d events that end at %d", len(StreamEventNames), NumStreamEvents, EndStreamEvents)
	}
	seen := map[string]bool{}
	for i, n := range StreamEventNames {
		if n == "" || seen[n] || strings.HasPrefix(n, "stream.") {
			t.Errorf("event %d: name %q is empty, taken or prefixed", i, n)
		}
		seen[n] = true
		if id, ok := StreamEventByName(n); !ok || id != MaxDecodeEvents+EventID(i) {
			t.Errorf("%q gives %d", n, id)
		}
	}
	if _, ok := StreamEventByName("no_such_event"); ok {
		t.Error("an unknown name was found")
	}
	if id, ok := StreamEventByName("est_synack_resend_with_different_ack"); !ok || id != StreamEstSynAckResendWithDiffAck {
		t.Error("the older spelling is not known")
	}
	if Stream3WHSAckInWrongDir != 256 || StreamReassemblyUrgentOOBLimitReached != 256+70 {
		t.Error("IDs moved; they are append-only")
	}
}
