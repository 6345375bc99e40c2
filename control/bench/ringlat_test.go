package bench

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// Packets go through two ports and come back with a time, with rules and during
// reloads. The figures themselves are the machine's.
func TestRingLatency(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a run takes some seconds")
	}
	rep, err := RingLatency(Options{Spec: Spec{Config: "../../bench/bench.yaml", Capture: demo, Repeat: 1, CPUs: []int{0, 0}},
		Rules: []string{"../../configs/rules/starter.rules"}, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]map[string]uint64{"floor": rep.Floor, "weir": rep.Weir, "reloading": rep.Reloading} {
		if q["p50"] == 0 || q["p50"] > q["p99.9"] || q["p99.9"] > q["max"] {
			t.Errorf("%s: %v", name, q)
		}
	}
	if rep.Saturation <= 0 || rep.Sent == 0 || rep.Lost > rep.Sent || rep.Reloads == 0 {
		t.Errorf("%+v", rep)
	}
	var out bytes.Buffer
	if rep.Print(&out); !strings.Contains(out.String(), "forwarding loop") {
		t.Error(out.String())
	}
	if _, err := RingLatency(Options{Spec: Spec{Flows: 1, Size: 64, CPUs: []int{0}}}); err == nil {
		t.Error("one CPU was taken")
	}
}
