package compile

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// What kept a rule from matching is named: the part of the header, the condition
// on the packet, or how many conditions on the payload held and up to where.
func TestExplained(t *testing.T) {
	mem := offHeap(t, 4096)
	payload := []byte("....abcdef....")
	copy(mem[28:], payload)
	base := input.Packet{Frame: mem[:28+len(payload)], TimeUS: 1e15, Num: 1, IPVersion: 4, Proto: 17, HasPorts: true, L4Off: 20, PayloadOff: 28,
		PayloadEnd: int32(28 + len(payload)), L3End: int32(28 + len(payload)), Dir: input.ToServer, SrcPort: 1000, DstPort: 53,
		Src: [16]byte{10, 0, 0, 1}, Dst: [16]byte{192, 0, 2, 1}, Flow: &input.Flow{ID: 1, Slot: 1}}
	for _, row := range []struct {
		name, rule string
		matched    bool
		header     match.HeaderPart
		packetOp   int
		held, end  int
	}{
		{"matches", `alert udp any any -> any 53 (content:"ab"; content:"ef"; distance:2; sid:1;)`, true, match.HeaderHolds, -1, 2, 10},
		{"port", `alert udp any any -> any 54 (content:"ab"; sid:1;)`, false, match.HeaderDstPort, -1, 1, 6},
		{"source port", `alert udp any 1 -> any any (content:"ab"; sid:1;)`, false, match.HeaderSrcPort, -1, 1, 6},
		{"source", `alert udp 10.0.0.2 any -> any any (content:"ab"; sid:1;)`, false, match.HeaderSrc, -1, 1, 6},
		{"destination", `alert udp any any -> 10.0.0.2 any (content:"ab"; sid:1;)`, false, match.HeaderDst, -1, 1, 6},
		{"direction", `alert udp any any -> any any (flow:to_client; content:"ab"; sid:1;)`, false, match.HeaderDirection, -1, 1, 6},
		{"size", `alert udp any any -> any any (content:"ab"; dsize:>100; sid:1;)`, false, match.HeaderHolds, 0, 1, 6},
		{"second content", `alert udp any any -> any any (content:"ab"; content:"ef"; within:3; sid:1;)`, false, match.HeaderHolds, -1, 1, 6},
		{"first content", `alert udp any any -> any any (content:"zz"; content:"ab"; fast_pattern; sid:1;)`, false, match.HeaderHolds, -1, 0, -1},
		{"a content that must not be there", `alert udp any any -> any any (content:"ab"; content:!"ef"; sid:1;)`, false, match.HeaderHolds, -1, 1, 6},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := engines(t, 1, row.rule, "")[0]
			var got *match.Explained
			e.SetExplain(func(uint32) bool { return true }, func(x *match.Explained) { c := *x; got = &c })
			p := base
			// A candidate whatever its port: the group of the port is not asked here.
			judged(e, &p, nil)
			if got == nil {
				if row.header == match.HeaderDstPort || row.header == match.HeaderDirection {
					t.Skip("rules for other ports and directions are no candidates at all")
				}
				t.Fatal("nothing was explained")
			}
			if got.Matched != row.matched || got.Header != row.header || got.PacketOp != row.packetOp {
				t.Errorf("matched %v, header %d, packet condition %d", got.Matched, got.Header, got.PacketOp)
			}
			if got.NLists != 1 || got.Lists[0].Held != row.held || got.Lists[0].End != row.end {
				t.Errorf("%+v", got.Lists[:got.NLists])
			}
			// Explaining changes nothing.
			if again := judged(e, &p, nil); strings.Contains(again, "alert") != row.matched {
				t.Errorf("the second time: %s", again)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	e := engines(t, 1, `alert udp any any -> any any (dsize:<100; content:"a|00 ff|b"; nocase; offset:3; depth:9; content:!"x"; distance:-2; pcre:"/a+b/R"; sid:1;)`, "")[0]
	b := e.Bundle()
	var got []string
	for i := range b.Ops {
		got = append(got, Describe(b, &b.Ops[i]))
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{`content "a|00 ff|b", offset 3, depth 9, nocase`, `not content "x", distance -2`, `pcre /a+b/, relative`, `dsize <= 99`} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing says %q:\n%s", want, all)
		}
	}
}
