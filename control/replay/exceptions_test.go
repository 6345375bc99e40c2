package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// exceptionTarget is what has to happen for a policy to be asked: a key, the
// configuration and the traffic that bring it about, and its names in counters,
// events and among the reasons to drop.
type exceptionTarget struct {
	key, counter, event, reason string
	sets                        []string
	traffic                     func(*packetbuild.Capture)
	// noFlow: policies for flows become those for packets. sessions: the target is
	// about sessions, so policies for packets are refused.
	noFlow, sessions bool
}

var exceptionTargets = []exceptionTarget{
	{"stream.midstream-policy", "tcp/midstream", "stream_midstream", "stream_midstream", nil, func(c *packetbuild.Capture) {
		tcp := c.TCP("10.0.0.1:40000", "10.0.0.2:80")
		tcp.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/", "example.com"))
		tcp.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/2", "example.com"))
	}, false, true},
	{"stream.memcap-policy", "tcp/ssn_memcap", "stream_memcap", "stream_memcap", []string{"stream.memcap=4kb"}, func(c *packetbuild.Capture) {
		for i := range 40 {
			tcp := c.TCP(fmt.Sprintf("10.0.0.1:%d", 40000+i), "10.0.0.2:80")
			tcp.Handshake()
			tcp.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/", "example.com"))
		}
	}, false, false},
	{"stream.reassembly.memcap-policy", "tcp/reassembly", "stream_reassembly_memcap", "stream_reassembly",
		[]string{"stream.reassembly.memcap=64kb"}, func(c *packetbuild.Capture) {
			for i := range 5 {
				tcp := c.TCP(fmt.Sprintf("10.0.0.1:%d", 40000+i), "10.0.0.2:8000")
				tcp.Handshake()
				for j := range 40 {
					tcp.Segment(packetbuild.Client, 1+j*1401, make([]byte, 1400))
				}
			}
		}, false, false},
	{"flow.memcap-policy", "flow/memcap", "flow_memcap", "flow_memcap", []string{"flow.memcap=16kb"}, func(c *packetbuild.Capture) {
		for i := range 1500 {
			c.UDP(fmt.Sprintf("10.0.0.1:%d", 10000+i), "10.0.0.2:9").Send(packetbuild.Client, []byte("x"))
		}
	}, true, false},
	{"app-layer.error-policy", "app_layer/error", "app_layer_error", "applayer_error", nil, func(c *packetbuild.Capture) {
		tcp := c.TCP("10.0.0.1:40000", "10.0.0.2:22")
		tcp.Handshake()
		tcp.Send(packetbuild.Client, []byte("SSH-2.0-client\r\n"))
		for range 3 {
			tcp.Send(packetbuild.Server, []byte("SSH-\r\n"))
		}
	}, false, false},
}

// Each target of an exception policy takes each value, inline and passive: it is
// counted, a packet goes or stays for the target's reason, and flows tell it.
func TestExceptionPolicies(t *testing.T) {
	dir := t.TempDir()
	rules := filepath.Join(dir, "rules")
	if err := os.WriteFile(rules, []byte("alert tcp any any -> any any (msg:\"a\"; flow:established; content:\"zzz\"; sid:1;)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	values := []string{"ignore", "drop-packet", "drop-flow", "reject", "bypass", "pass-packet", "pass-flow"}
	for _, x := range exceptionTargets {
		capture := filepath.Join(dir, x.event+".pcap")
		c := packetbuild.NewCapture()
		x.traffic(c)
		writeCapture(t, capture, c.Frames())
		for _, v := range values {
			packet := strings.HasSuffix(v, "-packet")
			if x.sessions && packet {
				continue
			}
			want := strings.ReplaceAll(v, "-", "_")
			if x.noFlow {
				want = map[string]string{"drop_flow": "drop_packet", "pass_flow": "pass_packet", "bypass": "ignore"}[want]
				if want == "" {
					want = strings.ReplaceAll(v, "-", "_")
				}
			}
			for _, inline := range []bool{true, false} {
				if !inline && (v != "drop-packet" && v != "pass-flow" || x.sessions && v == "drop-packet") {
					continue
				}
				name := fmt.Sprintf("%s=%s, inline %v", x.key, v, inline)
				events, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: inline,
					Sets: append([]string{"anomaly.enabled=no", x.key + "=" + v}, x.sets...)})
				n := at(stats, append(append([]string{"exception_policy"}, strings.Split(x.counter, "/")...), want)...)
				if want != "ignore" && n < 1 {
					t.Errorf("%s: %v times counted as %s", name, n, want)
				}
				drops := inline && (strings.HasPrefix(want, "drop") || want == "reject")
				if got := at(stats, "weir", "freed_by", x.reason); (got > 0) != drops {
					t.Errorf("%s: %v packets dropped for %s", name, got, x.reason)
				}
				if got := at(stats, "weir", "freed_by", "stream_error"); got > 0 {
					t.Errorf("%s: %v packets dropped for stream_error", name, got)
				}
				if x.noFlow {
					continue
				}
				told := fmt.Sprintf(`{"policy":"%s","target":"%s"}`, want, x.event)
				if !strings.Contains(strings.Join(events, "\n"), told) {
					t.Errorf("%s: no flow has %s", name, told)
				}
			}
		}
	}
}
