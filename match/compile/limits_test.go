package compile

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// TestRateBesideThreshold: a rate_filter counts what a rule's own threshold lets
// through, and each counts for itself.
func TestRateBesideThreshold(t *testing.T) {
	const rate = "rate_filter gen_id 1, sig_id 1, track by_src, count 2, seconds 60, new_action drop, timeout 60\n"
	for name, c := range map[string]struct{ own, limits, want string }{
		"rate alone":            {"", rate, "aaDDDDDDDDDD"},
		"threshold alone":       {"threshold:type threshold, track by_src, count 3, seconds 60;", "", "--a--a--a--a"},
		"both":                  {"threshold:type threshold, track by_src, count 3, seconds 60;", rate, "--a--a--D--D"},
		"a filter before it":    {"detection_filter:track by_src, count 6, seconds 60;", rate, "------aaDDDD"},
		"a filter of a pair":    {"detection_filter:track by_both, count 2, seconds 60;", "", "--aaaaaaaaaa"},
		"a filter of the rule":  {"detection_filter:track by_rule, count 2, seconds 60;", "", "--aaaaaaaaaa"},
		"event_filter and rate": {"", "event_filter gen_id 1, sig_id 1, type threshold, track by_src, count 2, seconds 60\n" + rate, "-a-a-D-D-D-D"},
		"rate and event_filter": {"", rate + "event_filter gen_id 1, sig_id 1, type threshold, track by_src, count 2, seconds 60\n", "-a-a-D-D-D-D"},
		"for all, gives way":    {"threshold:type threshold, track by_src, count 3, seconds 60;", strings.Replace(rate, "sig_id 1", "sig_id 0", 1), "--a--a--a--a"},
	} {
		t.Run(name, func(t *testing.T) {
			e := engines(t, 1, `alert udp any any -> any any (content:"A"; `+c.own+` sid:1;)`+"\n", c.limits)[0]
			frame := offHeap(t, 64)
			frame[28] = 'A'
			var got strings.Builder
			for i := range len(c.want) {
				p := &input.Packet{Frame: frame, TimeUS: 1_700_000_000_000_000 + int64(i)*1000, Num: uint64(i + 1), IPVersion: 4, Proto: 17, HasPorts: true,
					L4Off: 20, PayloadOff: 28, PayloadEnd: 32, L3End: 32, Dir: input.ToServer, SrcPort: 1, DstPort: 2}
				p.Src, p.Dst = [16]byte{10, 0, 0, 1}, [16]byte{10, 0, 0, 2}
				p.Flow = &input.Flow{ID: 1, Slot: 1}
				at := e.Add(p, match.InspectHeader|match.InspectPayload, input.AppUnknown)
				e.Scan()
				r := e.Evaluate(at)
				switch {
				case r.N == 1 && r.Alerts[0].Action == match.ActDrop:
					got.WriteByte('D')
				case r.N == 1:
					got.WriteByte('a')
				default:
					got.WriteByte('-')
				}
				e.Reset()
			}
			if got.String() != c.want {
				t.Errorf("got  %s\nwant %s", got.String(), c.want)
			}
		})
	}
}
