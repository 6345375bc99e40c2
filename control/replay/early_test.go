package replay

import (
	"encoding/json"
	"strings"
	"testing"

	"path/filepath"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// TestAnomaliesOfLongTransactions: what is wrong with a request is told of when it is
// seen, not at the end of a long answer, and once; what the answer adds comes with it.
func TestAnomaliesOfLongTransactions(t *testing.T) {
	c := packetbuild.NewCapture()
	tcp := c.TCP("10.0.0.1:40000", "172.16.0.1:80")
	tcp.Handshake()
	tcp.Send(packetbuild.Client, []byte("GET / HTTP/1.1\r\n\r\n"))
	seen := len(c.Frames())
	tcp.Send(packetbuild.Server, []byte("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"))
	for range 20 {
		tcp.Send(packetbuild.Server, []byte("5\r\nhello\r\n"))
	}
	tcp.Send(packetbuild.Server, []byte("zzz\r\n"))
	tcp.Close()
	capture := filepath.Join(t.TempDir(), "in.pcap")
	writeCapture(t, capture, c.Frames())
	for name, o := range map[string]Options{"passive": {}, "inline": {SimulateIPS: true}} {
		o.Capture, o.NoDetection, o.Sets = capture, true, []string{"anomaly.enabled=no"}
		got, _ := replayed(t, o)
		at := map[string][]float64{}
		for _, line := range got {
			var e struct {
				Count   float64 `json:"pcap_cnt"`
				Anomaly struct{ Event string }
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, `"event_type":"anomaly"`) {
				at[e.Anomaly.Event] = append(at[e.Anomaly.Event], e.Count)
			}
		}
		const host = "MISSING_HOST_HEADER"
		if len(at[host]) != 1 || at[host][0] > float64(seen+1) || len(at) < 2 {
			t.Errorf("%s: %v, want %s once, with packet %d", name, at, host, seen)
		}
		for event, counts := range at {
			if len(counts) != 1 {
				t.Errorf("%s: %s is told of with packets %v", name, event, counts)
			}
		}
	}
}
