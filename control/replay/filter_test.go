package replay

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// TestFilter: what a filter does not match is not there, nor is it numbered.
func TestFilter(t *testing.T) {
	c := packetbuild.NewCapture()
	for i, port := range []string{":81", ":80"} {
		tcp := c.TCP("10.0.0.1:4000"+string(rune('0'+i)), "172.16.0.1"+port)
		tcp.Handshake()
		tcp.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/", "example.com"))
		tcp.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("hello")))
		tcp.Close()
	}
	half := float64(len(c.Frames()) / 2)
	capture := filepath.Join(t.TempDir(), "in.pcap")
	writeCapture(t, capture, c.Frames())
	got, stats := replayed(t, Options{Capture: capture, Filter: "tcp and port 80", NoDetection: true, Sets: []string{"anomaly.enabled=no"}})
	all := strings.Join(got, "\n")
	if n := stats["decoder"].(map[string]any)["pkts"]; n != half || strings.Contains(all, `:81`) || !strings.Contains(all, `"event_type":"http"`) {
		t.Errorf("%v packets, want %v\n%s", n, half, all)
	}
}
