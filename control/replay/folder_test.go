package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// A folder is replayed as one stretch of traffic, the oldest file first: a flow
// goes on from one file to the next.
func TestFolder(t *testing.T) {
	dir, rules := t.TempDir(), filepath.Join(t.TempDir(), "rules")
	if err := os.Mkdir(filepath.Join(dir, "deeper"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := packetbuild.NewCapture()
	udp := c.UDP("10.0.0.1:5000", "10.0.0.2:5001")
	for range 3 {
		udp.Send(packetbuild.Client, []byte("marker"))
	}
	// The names do not stand in the order of their ages.
	for i, name := range []string{"b", "a", "deeper/c"} {
		path := filepath.Join(dir, name)
		writeCapture(t, path, c.Frames()[i:i+1])
		at := time.Unix(int64(1000*(i+1)), 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(rules, []byte(`alert udp any any -> any any (msg:"third"; flow.pkts_toserver:3; sid:3;)
alert udp any any -> any any (msg:"second"; flow.pkts_toserver:2; sid:2;)
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, deep := range []bool{false, true} {
		// Rules of their own stand beside those of the configuration, which has none.
		events, _ := replayed(t, Options{Capture: dir, MoreRules: []string{rules}, Recursive: deep, Sets: []string{"anomaly.enabled=no"}})
		text := strings.Join(events, "\n")
		for sid, want := range map[int]bool{2: true, 3: deep} {
			if got := strings.Contains(text, fmt.Sprintf(`"signature_id":%d}`, sid)); got != want {
				t.Errorf("recursive %v: rule %d alerts: %v", deep, sid, got)
			}
		}
		if want := `"pcap_cnt":2`; !strings.Contains(text, want) {
			t.Errorf("no event has %s", want)
		}
	}
	if names, err := captures(dir, false); err != nil || len(names) != 2 || filepath.Base(names[0]) != "b" {
		t.Errorf("%v, %v", names, err)
	}
	r := &run{o: Options{Capture: filepath.Join(dir, "deeper", "none")}}
	if path, err := r.gather(); err != nil || path != r.o.Capture {
		t.Errorf("a file that is not there: %q, %v", path, err)
	}
}
