package worker

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// A side of a transaction is in the last state that it has reached.
func TestStateOf(t *testing.T) {
	states := []input.Hook{{Name: "started"}, {Name: "waits", Step: 3}, {Name: "done", Step: 3}, {Name: "complete", Step: input.Complete}}
	for progress, want := range map[uint8]string{0: "started", 2: "started", 3: "done", 9: "done", input.Complete: "complete"} {
		if got := stateOf(states, progress); got != want {
			t.Errorf("%d: %q, want %q", progress, got, want)
		}
	}
	if stateOf(nil, input.Complete) != "" {
		t.Error("a protocol without states has one")
	}
}
