package demo

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/weir-ips/weir/internal/packetbuild"
)

func TestCommittedCaptureIsWhatBuildMakes(t *testing.T) {
	var b bytes.Buffer
	if err := packetbuild.WritePcap(&b, packetbuild.LinkEthernet, Build()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), Pcap) {
		t.Error("testdata/demo.pcap is stale: go run ./internal/demo/cmd/gendemo internal/demo/testdata/demo.pcap")
	}
	if len(Pcap) >= 1_000_000 {
		t.Errorf("the capture has %d octets: it is committed and must stay under a megabyte", len(Pcap))
	}
}

func TestScenarioHoldsWhatItPromises(t *testing.T) {
	count := map[string]int{}
	var last int64
	frames := Build()
	for i, f := range frames {
		if f.TimeUS < last {
			t.Fatalf("frame %d is before the one before it", i)
		}
		last = f.TimeUS
		for _, l := range gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.Lazy).Layers() {
			count[l.LayerType().String()]++
		}
	}
	if n := len(frames); n < 1500 || n > 4000 {
		t.Errorf("%d packets", n)
	}
	for _, l := range []string{"ARP", "LinkLayerDiscovery", "STP", "Dot1Q", "PPPoE", "GRE", "VXLAN", "IPv4", "IPv6",
		"IPv6Fragment", "ICMPv4", "ICMPv6", "TCP", "UDP", "DNS", "Fragment"} {
		if count[l] == 0 {
			t.Errorf("no %s in the capture: %v", l, count)
		}
	}
}

// starterKeywords are the keywords that the starter rules may use: what the
// engine offers from its first version on.
var starterKeywords = map[string]bool{}

func init() {
	for _, k := range strings.Fields(`msg sid rev classtype reference metadata priority content nocase depth offset
		distance within fast_pattern dsize flow flags ttl itype icode icmp_id icmp_seq ip_proto fragbits window ack
		seq sameip`) {
		starterKeywords[k] = true
	}
}

var (
	ruleLine = regexp.MustCompile(`^(alert|drop|reject|pass) (tcp|udp|icmp|ip) (\S+) (\S+) -> (\S+) (\S+) \((.*;)\)$`)
	quoted   = regexp.MustCompile(`"[^"]*"`)
	sidOf    = regexp.MustCompile(`\bsid:(\d+);`)
)

func TestStarterRules(t *testing.T) {
	text, err := os.ReadFile("../../configs/rules/starter.rules")
	if err != nil {
		t.Fatal(err)
	}
	actions, sids, used := map[string]int{}, map[string]bool{}, map[string]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := ruleLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("line %d is no rule: %s", n+1, line)
			continue
		}
		actions[m[1]]++
		options := quoted.ReplaceAllString(m[7], `""`)
		for _, o := range strings.Split(strings.TrimSuffix(options, ";"), ";") {
			k, _, _ := strings.Cut(strings.TrimSpace(o), ":")
			if !starterKeywords[k] {
				t.Errorf("line %d uses %q", n+1, k)
			}
			used[k] = true
		}
		sid := sidOf.FindStringSubmatch(options)
		if sid == nil || sids[sid[1]] || sid[1] < "9000001" || sid[1] > "9000999" {
			t.Errorf("line %d: sid %v is missing, used twice or out of range", n+1, sid)
			continue
		}
		sids[sid[1]] = true
	}
	for _, a := range []string{"alert", "drop", "reject", "pass"} {
		if actions[a] == 0 {
			t.Errorf("no %s rule", a)
		}
	}
	for k := range starterKeywords {
		if !used[k] {
			t.Errorf("no rule shows %s", k)
		}
	}
}
