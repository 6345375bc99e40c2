package bench

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func TestFrameSizes(t *testing.T) {
	for name, want := range map[string][]int{"64": {64}, "1518": {1518}, "IMIX": imix[:], "63": nil, "1519": nil, "64x": nil, "": nil} {
		got, err := frameSizes(name)
		if (err != nil) != (want == nil) || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
}

// 10 Gbit/s carry 14.88 million frames of 64 octets.
func TestLineRate(t *testing.T) {
	if got := lineRate([]int{64}, 10); math.Abs(got-14_880_952) > 1 {
		t.Errorf("%f", got)
	}
	if got := lineRate([]int{64, 1518}, 10); math.Abs(got-2*1e10/8/(84+1538)) > 1 {
		t.Errorf("%f", got)
	}
}

// Frames of both ways are the same flow, with checksums that hold.
func TestUDPFrame(t *testing.T) {
	for _, size := range []int{64, 570, 1518} {
		var flows [2]gopacket.Flow
		for k, back := range []bool{false, true} {
			f := udpFrame(700, size, back)
			if len(f) != size-4 {
				t.Fatalf("%d octets of a frame of %d", len(f), size)
			}
			p := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
			ip, _ := p.NetworkLayer().(*layers.IPv4)
			if ip == nil || p.ErrorLayer() != nil {
				t.Fatalf("%v", p)
			}
			sum := uint32(0)
			for i := 14; i < 34; i += 2 {
				sum += uint32(f[i])<<8 | uint32(f[i+1])
			}
			if sum&0xffff+sum>>16 != 0xffff {
				t.Errorf("size %d back %v: header checksum", size, back)
			}
			flows[k] = ip.NetworkFlow()
		}
		if flows[0] != flows[1].Reverse() {
			t.Errorf("%v and back %v", flows[0], flows[1])
		}
	}
}

// The bisection comes close to what a device carries, whatever that is.
func TestMeasureSizeFindsCapacity(t *testing.T) {
	const line = 10e6
	for _, capacity := range []float64{0.03 * line, 0.37 * line, 0.81 * line, 2 * line} {
		trials := 0
		row, err := measureSize(line, ThroughputOptions{Steps: 12}, func(rate float64) (*Trial, error) {
			trials++
			sent := uint64(2 * rate)
			return &Trial{Rate: rate, Seconds: 1, Sent: sent, Received: min(sent, uint64(2*capacity))}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := 2 * min(capacity, line) / 1e6
		if row.ZeroLoss == nil || row.ZeroLoss.Mpps() > want+1e-6 || row.ZeroLoss.Mpps() < want-2*line/200/1e6 || row.ZeroLoss.Lost() != 0 {
			t.Errorf("capacity %.0f: %+v, want %.2f", capacity, row.ZeroLoss, want)
		}
		if len(row.Loss) != len(lossSteps) || trials > 1+len(lossSteps)+12 {
			t.Errorf("%d trials, %d of them of fixed rates", trials, len(row.Loss))
		}
	}
}

// A table of few CPUs says that it is none; what could not be sent counts as lost.
func TestThroughputPrint(t *testing.T) {
	var out bytes.Buffer
	rep := &ThroughputReport{CPUs: 2, Seconds: 1, Rows: []Throughput{{Size: "64", LineMpps: 20,
		Loss:     []Trial{{Rate: 10e6, Seconds: 1, Sent: 10e6, Received: 5e6}},
		ZeroLoss: &Trial{Rate: 1e6, Seconds: 1, Sent: 2e6, Received: 2e6, Latency: map[string]uint64{"p50": 1500, "p99": 9000}}}}}
	rep.Print(&out)
	for _, want := range []string{"NOT A RESULT: 2 CPUs", "75.00%", "2.000 2.00 1.5 9.0"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	out.Reset()
	rep.CPUs = 4
	rep.Print(&out)
	if strings.Contains(out.String(), "NOT A RESULT") {
		t.Error(out.String())
	}
}

// One port is missing: said before anything is sent.
func TestThroughputMistakes(t *testing.T) {
	if _, err := MeasureThroughput(ThroughputOptions{Sizes: []string{"12"}, Trial: time.Second}); err == nil || !strings.Contains(err.Error(), `"12"`) {
		t.Error(err)
	}
}
