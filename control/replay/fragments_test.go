package replay

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// Rules see each fragment, then the datagram; what a rule drops takes the whole
// datagram along, of which nobody could use the rest.
func TestRulesSeeFragments(t *testing.T) {
	dir := t.TempDir()
	capture, rules := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules")
	c := packetbuild.NewCapture()
	udp := c.UDP("10.0.0.1:5000", "10.0.0.2:5001")
	for _, f := range packetbuild.Fragments(udp.Datagram(packetbuild.Client, append(make([]byte, 900), "marker"...)), 7, 304) {
		c.IP(f, false)
	}
	writeCapture(t, capture, c.Frames())
	for action, want := range map[string]map[float64]int{
		"alert": {1: 3, 2: 3, 3: 1, 4: 1},
		"drop":  {1: 3, 2: 3, 3: 1, 4: 1},
	} {
		text := action + ` ip any any -> any any (msg:"more to come"; fragbits:M; sid:1;)
alert udp any any -> any any (msg:"not the first"; fragoffset:>0; sid:2;)
alert udp any any -> any !53 (msg:"has a port"; sid:3;)
alert udp any any -> any any (msg:"content"; content:"marker"; sid:4;)
`
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		events, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: true, Sets: []string{"anomaly.enabled=no"}})
		got := map[float64]int{}
		for _, l := range events {
			var e struct {
				Alert struct {
					ID float64 `json:"signature_id"`
				} `json:"alert"`
			}
			if err := json.Unmarshal([]byte(l), &e); err != nil {
				t.Fatal(err)
			}
			got[e.Alert.ID]++
		}
		delete(got, 0)
		if len(got) != len(want) {
			t.Errorf("%s: alerts %v, want %v", action, got, want)
		}
		for id, n := range want {
			if got[id] != n {
				t.Errorf("%s: rule %v alerts %d times, want %d", action, id, got[id], n)
			}
		}
		by, _ := stats["weir"].(map[string]any)["freed_by"].(map[string]any)
		if got := by["rules"]; (got == 4.0) != (action == "drop") {
			t.Errorf("%s: %v mbufs went for rules", action, got)
		}
	}
}
