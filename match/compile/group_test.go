package compile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

func compileText(t *testing.T, text string) *match.Bundle {
	t.Helper()
	got, err := rule.Parse("test.rules", strings.NewReader(text), &rule.Env{})
	if err != nil || len(got.Errors) > 0 {
		t.Fatal(err, got.Errors)
	}
	res, err := Compile(got.Rules, Options{})
	if err != nil || len(res.Left) > 0 {
		t.Fatal(err, res.Left)
	}
	b, err := match.Open(res.Bundle, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// always are the rules that are candidates for every packet to a port.
func always(b *match.Bundle, class int, port uint16) (sids []uint32) {
	pi := &b.Packet[2*class]
	g := uint32(0)
	if pi.PortMap != 0 {
		g = uint32(b.PortMaps[pi.PortMap-1][port])
	}
	if g >= pi.Groups.N {
		return nil
	}
	s := b.Groups[pi.Groups.Off+g].Always
	for _, r := range b.Refs[s.Off : s.Off+s.N] {
		sids = append(sids, b.Rules[r].SID)
	}
	return sids
}

// With more port classes than groups, patterns share databases, but a rule
// without a pattern is a candidate on its own ports only.
func TestAlwaysStaysWithItsPorts(t *testing.T) {
	var text strings.Builder
	for i := range 2 * MaxPortGroups {
		fmt.Fprintf(&text, "alert tcp any any -> any %d (content:\"pattern %d\"; sid:%d;)\n", 1000+i, i, 100+i)
	}
	text.WriteString("alert tcp any any -> any 1005 (flags:S; sid:1;)\n")
	text.WriteString("alert tcp any any -> any 1090 (flags:S; sid:2;)\n")
	b := compileText(t, text.String())
	for port, want := range map[uint16]string{1004: "[]", 1005: "[1]", 1089: "[]", 1090: "[2]", 9: "[]"} {
		if got := fmt.Sprint(always(b, match.ClassTCP, port)); got != want {
			t.Errorf("port %d: rules %s without a pattern, want %s", port, got, want)
		}
	}
}

// A rule whose ip_proto rules a transport out is no candidate for it.
func TestIPProtoNarrows(t *testing.T) {
	b := compileText(t, "alert ip any any -> any any (ip_proto:41; sid:1;)\nalert ip any any -> any any (ip_proto:!6; sid:2;)\n")
	for class, want := range map[int]string{match.ClassTCP: "[]", match.ClassUDP: "[2]", match.ClassOther: "[1 2]"} {
		if got := fmt.Sprint(always(b, class, 80)); got != want {
			t.Errorf("class %d: %s, want %s", class, got, want)
		}
	}
}
