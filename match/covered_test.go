package match_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

const coveredRules = streamRules + `alert tcp-pkt any any -> any any (msg:"packet"; content:"needle"; content:"omega"; sid:11;)
alert tcp any any -> any any (msg:"size"; content:"alpha"; dsize:<100; sid:12;)
alert tcp any any -> any any (msg:"start"; content:"begin"; startswith; content:"needle"; sid:13;)
alert tcp any any -> any 2000 (msg:"place"; content:"ome"; offset:5; depth:3; sid:14;)
alert ip any any -> any any (msg:"any transport"; content:"needleneedle"; sid:15;)
alert tcp-pkt any any -> any 2000 (msg:"short"; content:"le"; content:"be"; distance:0; sid:16;)
alert tcp any any -> any any (msg:"no stream"; flow:no_stream; content:"filler"; content:"alpha"; distance:0; sid:17;)
`

// A payload that stands in the view that is judged with it need not be scanned for
// what the view is scanned for: the rules find the same, also where the view is
// scanned only as far as it is new.
func TestCovered(t *testing.T) {
	r := newRig(t, coveredRules, compile.Options{})
	words := []string{"needle", "alpha", "omega", "begin", "need", "le", "ome", "be", "needleneedle", "filler", ".", "  ", "..filler..", "............"}
	rnd := rand.New(rand.NewPCG(3, 4))
	const area, chunk = 64 << 10, 400
	matched, jobs := map[uint32]int{}, [2]uint64{}
	for range 600 {
		known := 0
		var memo input.StreamScan
		for known < 2500 {
			at := known
			for n := 1 + rnd.IntN(20); n > 0; n-- {
				known += copy(r.mem[area+known:], words[rnd.IntN(len(words))])
			}
			n := known - at
			copy(r.mem[28:], r.mem[area+at:area+known])
			lo := max(at-chunk, 0)
			run := func(covered bool, m input.StreamScan) (string, input.StreamScan) {
				r.Reset()
				p := r.streamPacket(n)
				p.Covered = covered
				before := r.Stats.ScannedOctets
				i := r.Add(p, match.InspectHeader|match.InspectPayload, 0)
				r.AddStream(r.mem[area+lo:area+known], uint64(lo), 0, m)
				r.Scan()
				res := r.Evaluate(i)
				out := ""
				for _, a := range res.Alerts[:res.N] {
					sid := r.set.Rules[a.Rule].SID
					out += fmt.Sprint(sid, " ", a.Flags, " ")
					matched[sid]++
				}
				if covered {
					jobs[1] += r.Stats.ScannedOctets - before
				} else {
					jobs[0] += r.Stats.ScannedOctets - before
				}
				return out, res.Scan
			}
			want, _ := run(false, input.StreamScan{})
			fresh, _ := run(true, input.StreamScan{})
			got, next := run(true, memo)
			if got != want || fresh != want {
				t.Fatalf("%q in %q: %s, %s with %+v, want %s", r.mem[area+at:area+known], r.mem[area+lo:area+known], fresh, got, memo, want)
			}
			memo = next
		}
	}
	if jobs[1] >= 2*jobs[0] {
		t.Errorf("%d octets scanned with views, %d without", jobs[1], jobs[0])
	}
	for _, sid := range []uint32{1, 2, 4, 5, 11, 12, 13, 14, 15, 16} {
		if matched[sid] == 0 {
			t.Errorf("rule %d never matched: %v", sid, matched)
		}
	}
}
