package bench

import (
	"fmt"
	"os"
	"testing"
)

// The engine process of a benchmark is the program itself with another word.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "bench-engine" {
		if err := Engine(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func measure(t *testing.T, o Options) *Run {
	t.Helper()
	o.CPU, o.Runs, o.Stderr = -1, 1, os.Stderr
	rep, err := Measure(o)
	if err != nil {
		t.Fatal(err)
	}
	x := &rep.Runs[0]
	if x.Collections != 0 || x.Unbalanced != 0 {
		t.Errorf("%d collections, accounting off by %d", x.Collections, x.Unbalanced)
	}
	return x
}

// Ten million packets of a hundred thousand flows through the real pipeline, in a
// process of its own: not one allocation once the flows are there.
func TestTenMillionPacketsWithoutMalloc(t *testing.T) {
	n := uint64(10_000_000)
	if testing.Short() {
		n = 1_000_000
	}
	x := measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Flows: 100_000, Size: 64, Packets: n, Inline: true}})
	if x.Packets < n || x.Flows != 100_000 {
		t.Errorf("%d packets of %d flows", x.Packets, x.Flows)
	}
	if x.LateMallocs != 0 {
		t.Errorf("%d allocations in the second half", x.LateMallocs)
	}
}

// The size of a burst is invisible in the alerts.
func TestBurstsOfAnySize(t *testing.T) {
	var want *Run
	for _, burst := range []int{64, 7, 1} {
		x := measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Capture: demo, Repeat: 3, Burst: burst},
			Rules: []string{"../../configs/rules/starter.rules"}})
		if x.Alerts == 0 || x.FirstAlerts == 0 {
			t.Fatalf("bursts of %d: no alerts", burst)
		}
		if want == nil {
			want = x
		}
		if x.All != want.All || x.First != want.First || x.Alerts != want.Alerts {
			t.Errorf("bursts of %d: %d alerts %s %s, bursts of 64: %d alerts %s %s", burst, x.Alerts, x.First, x.All, want.Alerts, want.First, want.All)
		}
	}
}
