package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/dataplane/port"
)

const demo = "../../internal/demo/testdata/demo.pcap"

// The first copy is the capture as it is; the second differs and keeps order and
// distance in time.
func TestWriteCapture(t *testing.T) {
	out := filepath.Join(t.TempDir(), "twice.pcap")
	if err := WriteCapture(&Spec{Capture: demo, Repeat: 2}, out); err != nil {
		t.Fatal(err)
	}
	a, at, _, closeA, err := captureFrames(demo)
	if err != nil {
		t.Fatal(err)
	}
	defer closeA()
	b, bt, _, closeB, err := captureFrames(out)
	if err != nil {
		t.Fatal(err)
	}
	defer closeB()
	if len(b) != 2*len(a) {
		t.Fatalf("%d packets, want %d", len(b), 2*len(a))
	}
	n := len(a)
	moved := 0
	for i := range a {
		if !bytes.Equal(a[i], b[i]) || at[i] != bt[i] {
			t.Fatalf("packet %d of the first copy was changed", i)
		}
		again := append([]byte(nil), a[i]...)
		port.ShiftAddrs(1, i, again)
		if !bytes.Equal(again, b[n+i]) {
			t.Fatalf("packet %d of the second copy is not the rewritten one", i)
		}
		if !bytes.Equal(a[i], b[n+i]) {
			moved++
		}
		if bt[n+i]-bt[n] != at[i]-at[0] {
			t.Fatalf("packet %d of the second copy came at another time", i)
		}
	}
	if moved == 0 {
		t.Error("no packet of the second copy has other addresses")
	}
}

func TestSpecValidate(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Spec
		ok   bool
	}{
		{"capture", Spec{Capture: "x", Repeat: 20}, true},
		{"frames", Spec{Flows: 1000, Size: 64}, true},
		{"neither", Spec{Size: 64}, false},
		{"no copies", Spec{Capture: "x"}, false},
		{"too many copies", Spec{Capture: "x", Repeat: 65536}, false},
		{"too small", Spec{Flows: 1, Size: 63}, false},
		{"too many flows", Spec{Flows: maxFlows + 1, Size: 64}, false},
	} {
		if err := c.s.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAppendGoBench(t *testing.T) {
	out := filepath.Join(t.TempDir(), "b.txt")
	r := &Report{Runs: []Run{{Result: Result{Packets: 1000, Process: 2_000_000, Worker: 1_500_000}, Control: 500_000}}}
	if err := r.AppendGoBench(out, "Mix"); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(out)
	if want := "BenchmarkMix 1000 2500.0 ns/op 1500.0 worker-ns/op 0.000000 allocs/op\n"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}
