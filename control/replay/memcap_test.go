package replay

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// What becomes of fragments for which there is no room is for defrag.memcap-policy to
// say, of those that are held as of those that come. Fragments have no flow, so of
// the policies for flows there remains what they do to a packet.
func TestFragmentsWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	capture, rules := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules")
	c := packetbuild.NewCapture()
	const datagrams = 120
	udp := c.UDP("10.0.0.1:5000", "10.0.0.2:5001")
	six := c.UDP("[2001:db8::1]:5000", "[2001:db8::2]:5001")
	for id := range uint32(datagrams / 2) {
		c.IP(packetbuild.Fragments(udp.Datagram(packetbuild.Client, make([]byte, 2600)), id, 1400)[0], false)
		c.IP(packetbuild.Fragments(six.Datagram(packetbuild.Client, make([]byte, 2600)), id, 1400)[0], false)
	}
	writeCapture(t, capture, c.Frames())
	if err := os.WriteFile(rules, []byte("alert udp any any -> any any (msg:\"a\"; content:\"a\"; sid:1;)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		policy string
		drops  bool
		counts string
	}{
		{"ignore", false, ""}, {"pass-packet", false, "pass_packet"}, {"pass-flow", false, "pass_packet"}, {"bypass", false, ""},
		{"drop-packet", true, "drop_packet"}, {"drop-flow", true, "drop_packet"}, {"reject", true, "reject"},
	} {
		_, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: true,
			Sets: []string{"anomaly.enabled=no", "defrag.memcap=64kb", "defrag.memcap-policy=" + c.policy}})
		lacking := at(stats, "defrag", "tracker_hard_reuse")
		if held := at(stats, "weir", "freed_by", "shutdown"); lacking == 0 || lacking+held != datagrams {
			t.Fatalf("%s: %v fragments given up, %v held at the end, of %d", c.policy, lacking, held, datagrams)
		}
		want := 0.0
		if c.drops {
			want = lacking
		}
		if got := at(stats, "weir", "freed_by", "defrag_memcap"); got != want {
			t.Errorf("%s: %v of %v fragments dropped, want %v", c.policy, got, lacking, want)
		}
		if c.counts == "" {
			continue
		}
		if got := at(stats, "exception_policy", "defrag", "memcap", c.counts); got != lacking {
			t.Errorf("%s: counted %v times, want %v", c.policy, got, lacking)
		}
	}
}

// at is the number under a path of keys, -1 where there is none.
func at(stats map[string]any, path ...string) float64 {
	var v any = stats
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	if n, ok := v.(float64); ok {
		return n
	}
	return -1
}
