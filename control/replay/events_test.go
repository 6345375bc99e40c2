package replay

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// What a configuration asks for beside the usual: the variables of packets as
// events of their own, though other events have no metadata, and the head of a
// packet that breaks the rules of its protocol.
func TestEventsOfPackets(t *testing.T) {
	dir := t.TempDir()
	capture, rules, conf := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules"), filepath.Join(dir, "weir.yaml")
	c := packetbuild.NewCapture()
	udp := c.UDP("10.0.0.1:5000", "10.0.0.2:5001")
	udp.Send(packetbuild.Client, []byte("name=value"))
	udp.Send(packetbuild.Client, []byte("nothing"))
	short := udp.Datagram(packetbuild.Client, []byte("a datagram whose header says that it is longer"))
	c.IP(short[:len(short)-4], false)
	writeCapture(t, capture, c.Frames())
	for file, text := range map[string]string{
		rules: `alert udp any any -> any any (msg:"takes a variable"; content:"name="; pcre:"/name=(?P<pkt_name>[a-z]+)/"; sid:1;)` + "\n",
		conf: `outputs:
  - eve-log:
      enabled: yes
      metadata: no
      types:
        - alert
        - metadata
        - anomaly:
            packethdr: yes
            types: {decode: yes}
`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	events, _ := replayed(t, Options{Capture: capture, Config: conf, Rules: []string{rules}})
	seen := map[string]int{}
	for _, l := range events {
		var e struct {
			Type     string `json:"event_type"`
			Packet   string
			Metadata struct{ Pktvars []map[string]string }
		}
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			t.Fatal(err)
		}
		seen[e.Type]++
		switch e.Type {
		case "metadata":
			if len(e.Metadata.Pktvars) != 1 || e.Metadata.Pktvars[0]["name"] != "value" {
				t.Errorf("variables in %s", l)
			}
		case "alert":
			if e.Metadata.Pktvars != nil {
				t.Errorf("metadata: no, but %s", l)
			}
		case "anomaly":
			if b, err := base64.StdEncoding.DecodeString(e.Packet); err != nil || len(b) != 32 {
				t.Errorf("%d octets, %v: %s", len(b), err, l)
			}
		}
	}
	if seen["metadata"] != 1 || seen["alert"] != 1 || seen["anomaly"] == 0 {
		t.Errorf("events %v", seen)
	}
}

// A verdict names the sides that a reject answers, also where nothing is dropped.
func TestVerdictOfReject(t *testing.T) {
	dir := t.TempDir()
	capture, rules, conf := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules"), filepath.Join(dir, "weir.yaml")
	c := packetbuild.NewCapture()
	c.UDP("10.0.0.1:5000", "10.0.0.2:5001").Send(packetbuild.Client, []byte("bad"))
	writeCapture(t, capture, c.Frames())
	if err := os.WriteFile(conf, []byte("outputs:\n  - eve-log: {enabled: yes, types: [alert: {verdict: yes}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for action, target := range map[string]string{"reject": "to_client", "rejectsrc": "to_client", "rejectdst": "to_server", "rejectboth": "both"} {
		if err := os.WriteFile(rules, []byte(action+` udp any any -> any any (msg:"no"; content:"bad"; sid:1;)`+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for ips, done := range map[bool]string{false: "alert", true: "drop"} {
			events, _ := replayed(t, Options{Capture: capture, Config: conf, Rules: []string{rules}, SimulateIPS: ips})
			var e struct {
				Verdict struct {
					Action string
					Target string `json:"reject_target"`
					Reject []string
				}
			}
			for _, l := range events {
				if err := json.Unmarshal([]byte(l), &e); err != nil {
					t.Fatal(err)
				}
			}
			if v := e.Verdict; v.Action != done || v.Target != target || len(v.Reject) != 1 || v.Reject[0] != "icmp-prohib" {
				t.Errorf("%s, ips %v: %+v", action, ips, v)
			}
		}
	}
}
