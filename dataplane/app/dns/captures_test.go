package dns

import (
	"fmt"
	"testing"

	"github.com/weir-ips/weir/internal/apptest"
)

// TestCaptures counts the messages of public captures.
func TestCaptures(t *testing.T) {
	for _, c := range []struct {
		pcap string
		want string // requests/responses, then what one event holds
	}{
		{"a7be55ff8e0aef6b.pcap", "4/4"},
		{"f1104ff7e95db716.pcap", "3/3"},
		{"d63238be0144ad48.pcap", "1/2"},
		{"ce19e75641b8486c.pcap", "2/2"},
		{"eb3ae1a5c05523ed.pcap", "1/1"},
		{"586571619b295fac.pcap", "1/1"},
		{"d68880ad86a02f69.pcap", "2/1"},
		{"6b4a8b3099e86b81.pcap", "1/1"},
	} {
		t.Run(c.pcap, func(t *testing.T) {
			r := rig(t, 8<<20, nil)
			n := map[string]int{}
			for _, e := range r.Replay(apptest.Capture(t, c.pcap)) {
				name := e["event_type"].(string)
				n[e[name].(map[string]any)["type"].(string)]++
			}
			if got := fmt.Sprintf("%d/%d", n["request"], n["response"]); got != c.want {
				t.Errorf("%s messages, want %s", got, c.want)
			}
		})
	}
}
