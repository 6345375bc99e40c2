package replay

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// question is a message of DNS over TCP that asks for a name of one label.
func question(name string) []byte {
	m := []byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, byte(len(name))}
	m = append(append(m, name...), 0, 0, 1, 0, 1)
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...)
}

// TestMoreMessagesThanRoom: a thousand messages that come at once are more than a
// flow may have live transactions. All are judged and logged, with no packet to
// follow, and inline the packet that brought them goes with the last of them.
func TestMoreMessagesThanRoom(t *testing.T) {
	const questions = 1000
	var all []byte
	for i := range questions {
		all = append(all, question(fmt.Sprintf("q%04d", i))...)
	}
	c := packetbuild.NewCapture()
	tcp := c.TCP("10.0.0.1:40000", "172.16.0.1:53")
	tcp.MSS = len(all) // as a card hands over what it put together
	tcp.Handshake()
	tcp.Send(packetbuild.Client, all)
	dir := t.TempDir()
	capture, rules := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules")
	writeCapture(t, capture, c.Frames())
	for name, action := range map[string]string{"alert": "alert", "drop": "drop"} {
		text := action + ` dns any any -> any any (msg:"last"; dns.query; content:"q0999"; sid:1;)`
		if err := os.WriteFile(rules, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		got, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: name == "drop", Sets: []string{"anomaly.enabled=no"}})
		counts := map[string]int{}
		for _, e := range got {
			for _, kind := range []string{"alert", "dns"} {
				if strings.Contains(e, `"event_type":"`+kind+`"`) {
					counts[kind]++
				}
			}
		}
		ips, _ := stats["ips"].(map[string]any)
		if counts["alert"] != 1 || name == "alert" && counts["dns"] != questions || name == "drop" && ips["blocked"] != 2.0 {
			t.Errorf("%s: %v, ips %v; want one alert, %d records, and inline two packets gone, the acknowledgement being one", name, counts, ips, questions)
		}
	}
}
