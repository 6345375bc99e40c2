package http1

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// TestEvader replays the captures of an evasion suite: what a browser would
// save must stand in file.data.
func TestEvader(t *testing.T) {
	cases, _ := filepath.Glob("../../../../shared/conformance/cases/http-evader/*/case.json")
	if len(cases) == 0 {
		t.Skip("no cases")
	}
	o := DefaultOptions()
	o.Layers = 3
	bad := 0
	for _, path := range cases {
		var c struct {
			Name, Pcap string
			Checks     []struct {
				Count int
				Match map[string]any
			}
		}
		b, _ := os.ReadFile(path)
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		var got [2]int
		names := map[string]int{}
		for _, pieces := range connections(t, apptest.Capture(t, c.Pcap)) {
			r := newRig(t, 8<<20, &o)
			for _, p := range pieces {
				r.data(p.d, p.data, p.eof)
			}
			for _, s := range r.end() {
				for _, f := range s.files[input.ToClient-1] {
					if bytes.Contains(f, []byte("EICAR-STANDARD-ANTIVIRUS-TEST-FILE")) {
						got[0]++
					}
					if bytes.Contains(f, []byte("X5O!P%@AP[4")) {
						got[1]++
					}
				}
				for _, n := range s.names {
					names[n]++
				}
			}
		}
		for _, ch := range c.Checks {
			name, _ := ch.Match["fileinfo.filename"].(string)
			have := names[name]
			switch ch.Match["alert.signature_id"] {
			case 1.0:
				have = got[0]
			case 2.0:
				have = got[1]
			}
			if have != ch.Count {
				bad++
				if testing.Verbose() {
					t.Logf("%s %s: %v", c.Name, c.Pcap, ch)
				}
				break
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d cases do not hold", bad, len(cases))
	}
}
