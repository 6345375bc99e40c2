package bench

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/weir-ips/weir/match/rule"
)

const hostileRules = `alert tcp any any -> any 80 (msg:"a"; content:"abcd"; content:"efgh"; pcre:"/a+b+/"; sid:1;)
alert tcp any any -> any 80 (msg:"b"; content:"xy"; sid:2;)
alert udp any any -> any 53 (msg:"c"; content:"|01 02 03|"; sid:3;)
alert tcp any 25 -> any any (msg:"d"; flow:to_client; content:"never"; sid:4;)
alert tcp any any -> any 80 (msg:"e"; content:!"notthis"; content:"zzz"; offset:9; sid:5;)
`

// Targets are what rules look at, the busiest first, with the shortest patterns
// first; what looks at servers' answers is none.
func TestTargets(t *testing.T) {
	f, err := rule.Parse("x", strings.NewReader(hostileRules), &rule.Env{})
	if err != nil || len(f.Errors) > 0 {
		t.Fatal(err, f.Errors)
	}
	ts := targets(f.Rules)
	if len(ts) != 2 || ts[0].endpoint != (endpoint{80, true}) || ts[1].endpoint != (endpoint{53, false}) {
		t.Fatalf("%+v", ts)
	}
	if got := string(bytes.Join(ts[0].short, []byte(","))); got != "xy,abcd" {
		t.Errorf("patterns %s", got)
	}
	if got := string(bytes.Join(ts[0].whole, []byte(","))); got != "abcdefgh" {
		t.Errorf("contents of rules with pcre %s", got)
	}
	kinds := hostileKinds(f.Rules)
	if len(kinds) != 6 {
		t.Fatalf("%d kinds", len(kinds))
	}
	for _, k := range kinds {
		if len(k.frames) != hostileFrames {
			t.Errorf("%s: %d frames", k.Name, len(k.frames))
		}
		for i, fr := range k.frames[:64] {
			p := gopacket.NewPacket(fr, layers.LayerTypeEthernet, gopacket.NoCopy)
			if p.TransportLayer() == nil || len(fr) > 1514 {
				t.Fatalf("%s, frame %d of %d octets: %v", k.Name, i, len(fr), p)
			}
		}
	}
	has := func(kind int, text string) bool {
		return bytes.Contains(bytes.Join(kinds[kind].frames, nil), []byte(text))
	}
	if has(3, "abcd") || has(3, "xy") || !has(3, "abc\x00") || !has(4, "xyabcd") || !has(5, "abcdefghaaaa") {
		t.Error("near misses, candidates or expressions hold what they should not, or not what they should")
	}
}

// Every kind goes through the engine, and the budget is one.
func TestWorst(t *testing.T) {
	rules := filepath.Join("..", "..", "configs", "rules", "starter.rules")
	rep, err := Worst(Options{Spec: Spec{Config: "../../bench/bench.yaml", Repeat: 1, CPU: -1}, Rules: []string{rules}, Stderr: &bytes.Buffer{}}, 50*time.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	rep.Print(&out)
	for _, r := range rep.Rows {
		if r.Free.Packets != hostileFrames || r.Bound.Packets != hostileFrames || r.Free.Shed != 0 || r.Free.Unbalanced != 0 || r.Bound.Unbalanced != 0 {
			t.Errorf("%s: %+v", r.Kind, r)
		}
		if !strings.Contains(out.String(), r.Kind) {
			t.Errorf("%s is missing in\n%s", r.Kind, out.String())
		}
	}
}
