package bench

import (
	"fmt"
	"os"
	"path/filepath"
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

// caches is what the runtime may allocate for itself while packets go by: a thread
// that it starts when the machine is busy (seven objects each), and its caches of
// type assertions. One object a burst would be thousands.
const caches = 24

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
// process of its own: no allocation by the engine once the flows are there.
func TestTenMillionPacketsWithoutMalloc(t *testing.T) {
	n := uint64(10_000_000)
	if testing.Short() {
		n = 1_000_000
	}
	x := measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Flows: 100_000, Size: 64, Packets: n, Inline: true}})
	if x.Packets < n || x.Flows != 100_000 {
		t.Errorf("%d packets of %d flows", x.Packets, x.Flows)
	}
	if x.LateMallocs > caches {
		t.Errorf("%d allocations in the second half", x.LateMallocs)
	}
}

// Parsers, rules and events of a capture of several protocols allocate nothing once
// its first copies went by. What is left are the runtime's caches of type
// assertions, which grow by chance on one miss in a thousand.
func TestCopiesWithoutMalloc(t *testing.T) {
	x := measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Capture: demo, Repeat: 200},
		Rules: []string{"../../configs/rules/starter.rules"}})
	if x.Alerts == 0 {
		t.Error("no alerts")
	}
	t.Logf("%d packets, %d allocations, %d of them in the second half", x.Packets, x.Mallocs, x.LateMallocs)
	if x.LateMallocs > caches {
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

// Several workers find what one finds, each packet once. Their threads are not at
// the same time: a fragment of a connection may come to the connection's owner long
// after its last segment. So what counts over time or needs a connection in order is
// left out here; TestWorkersMakeNoDifference in control/replay has it, with workers in step.
func TestWorkersFindTheSame(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules")
	text := `alert tcp-pkt any any -> any any (msg:"a"; content:"GET"; sid:1;)
alert tcp-pkt any any -> any any (msg:"b"; flags:S; xbits:set,seen,track ip_src,expire 600; sid:2;)
alert dns any any -> any any (msg:"c"; dns.query; content:"."; sid:3;)
alert ip any any -> any any (msg:"d"; dsize:>0; sid:4;)
`
	if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var want *Run
	for _, workers := range []int{1, 2, 3} {
		x := measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Capture: demo, Repeat: 3, Workers: workers, Sets: []string{"anomaly.enabled=no"}}, Rules: []string{rules}})
		// What a ring between workers had no room for is counted and gone; who comes to
		// its CPU when decides that, so it is tried again.
		for try := 0; x.SteerFull != 0 && try < 5; try++ {
			t.Logf("%d workers: %d packets lost between them", workers, x.SteerFull)
			x = measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Capture: demo, Repeat: 3, Workers: workers, Sets: []string{"anomaly.enabled=no"}}, Rules: []string{rules}})
		}
		if want == nil {
			want = x
		}
		if x.Alerts == 0 || x.Packets != want.Packets || x.Alerts != want.Alerts || x.All != want.All || x.SteerFull != 0 {
			t.Errorf("%d workers: %d packets, %d alerts %s, %d lost between them; one: %d, %d %s", workers, x.Packets, x.Alerts, x.All, x.SteerFull, want.Packets, want.Alerts, want.All)
		}
	}
}

// A flood for several workers comes to the right one.
func TestFloodIsSpread(t *testing.T) {
	x := measure(t, Options{Spec: Spec{Config: "../../bench/bench.yaml", Flows: 1000, Size: 64, Packets: 50_000, Inline: true, Workers: 2}})
	if x.HandedOver != 0 || x.Flows != 1000 || x.Rate <= 0 {
		t.Errorf("%d of %d packets of %d flows were handed over", x.HandedOver, x.Packets, x.Flows)
	}
}

func TestScaleReport(t *testing.T) {
	rep, err := Scale(Options{Spec: Spec{Config: "../../bench/bench.yaml", Flows: 1000, Size: 64, Packets: 20_000, Inline: true, Workers: 2, CPUs: []int{0, 0}}, Runs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.One) != 2 || len(rep.Many) != 2 || rep.Ratio() <= 0 || rep.Many[0].Packets < 20_000 {
		t.Errorf("%+v", rep)
	}
	if _, err := Scale(Options{Spec: Spec{Flows: 1000, Size: 64, Workers: 2, CPUs: []int{0}}}); err == nil {
		t.Error("two workers on one CPU of the list")
	}
}

// With no rules, detectors or outputs at all, a worker is a wire: everything is
// forwarded and accounted for, and nothing allocated or tracked.
func TestOnlyWire(t *testing.T) {
	dir := t.TempDir()
	empty, conf := filepath.Join(dir, "rules"), filepath.Join(dir, "weir.yaml")
	for name, text := range map[string]string{empty: "# none\n", conf: "%YAML 1.1\n---\nanomaly: {enabled: no}\noutputs: []\nstats: {enabled: no}\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, inline := range []bool{true, false} {
		x := measure(t, Options{Spec: Spec{Config: conf, Flows: 1000, Size: 64, Packets: 100_000, Inline: inline}, Rules: []string{empty}})
		if x.Packets < 100_000 || x.Octets != x.Packets*60 || x.Flows != 0 || x.LateMallocs > caches {
			t.Errorf("inline %v: %d packets, %d octets, %d flows, %d mallocs", inline, x.Packets, x.Octets, x.Flows, x.LateMallocs)
		}
	}
	x := measure(t, Options{Spec: Spec{Config: conf, Flows: 1000, Size: 64, Packets: 100_000, Inline: true, Sets: []string{"anomaly.enabled=yes"}}, Rules: []string{empty}})
	if x.Flows != 1000 {
		t.Errorf("with detectors: %d flows", x.Flows)
	}
}
