package match_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

const streamRules = `alert tcp any any -> any any (msg:"one"; content:"needle"; sid:1;)
alert tcp any any -> any any (msg:"two"; content:"alpha"; content:"omega"; distance:0; within:300; sid:2;)
alert tcp any any -> any any (msg:"long"; content:"abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc!"; sid:3;)
alert tcp any any -> any any (msg:"early"; content:"begin"; depth:40; sid:4;)
alert tcp any any -> any 2000 (msg:"port"; content:"alp"; nocase; content:!"omega"; sid:5;)
alert tcp any any -> any any (msg:"regex"; content:"eed"; pcre:"/n..dle.{0,50}alpha/"; sid:6;)
`

// streamPacket is a segment of a connection whose payload is in its stream.
func (r *rig) streamPacket(n int) *input.Packet {
	p := r.packet(r.mem[28 : 28+n])
	p.Proto, p.Streamed = 6, true
	return p
}

// What was found clean is not scanned again, and nothing is missed: streams of
// words from the rules, cut anywhere, sent again, with holes filled late, through
// an engine that remembers and one that does not.
func TestStreamScanMemo(t *testing.T) {
	r := newRig(t, streamRules, compile.Options{})
	words := []string{"needle", "alpha", "omega", "begin", "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc!", "need", "le", "alp", "ha", "ome", "ga", ".", "x", "abc", "  ", "........................................................"}
	rnd := rand.New(rand.NewPCG(1, 2))
	matched, saved := 0, 0
	for round := range 400 {
		var data []byte
		for len(data) < 3000 {
			w := words[rnd.IntN(len(words))]
			if rnd.IntN(30) > 2 {
				w = "..filler.."
			}
			data = append(data, w...)
		}
		area := r.mem[64<<10:]
		copy(area, data)
		const chunk = 500
		var memo input.StreamScan
		known := 0 // the stream is there up to so far
		look := func(from, until int) {
			lo, hi := max(from-chunk, 0), min(until+chunk, known)
			run := func(m input.StreamScan) (map[uint32]bool, input.StreamScan, int) {
				before := r.Stats.ScannedOctets
				r.Reset()
				i := r.Add(r.streamPacket(0), match.InspectHeader|match.InspectPayload, 0)
				r.AddStream(area[lo:hi], uint64(lo), 0, m)
				r.Scan()
				res := r.Evaluate(i)
				out := map[uint32]bool{}
				for _, a := range res.Alerts[:res.N] {
					out[r.set.Rules[a.Rule].SID] = true
				}
				return out, res.Scan, int(r.Stats.ScannedOctets - before)
			}
			want, _, all := run(input.StreamScan{})
			got, next, some := run(memo)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("round %d, [%d,%d) in [%d,%d) with %+v: %v, want %v", round, from, until, lo, hi, memo, got, want)
			}
			memo = next
			matched += len(want)
			saved += all - some
		}
		for at := 0; at < len(data); {
			n := min(1+rnd.IntN(200), len(data)-at)
			switch rnd.IntN(8) {
			case 0: // sent again
				back := min(at, rnd.IntN(300))
				known = max(known, at+n)
				look(at-back, at-back+n)
			case 1: // the second half comes first, alone
				known = max(known, at+n)
				look(at+n/2, at+n)
			}
			known = max(known, at+n)
			look(at, at+n)
			at += n
		}
	}
	if matched == 0 || saved == 0 {
		t.Errorf("%d matches, %d octets not scanned again", matched, saved)
	}
	t.Logf("%d matches, %d octets not scanned again", matched, saved)
}

// Another policy knows nothing of what this one found.
func TestStreamScanMemoOfAnotherPolicy(t *testing.T) {
	r := newRig(t, streamRules, compile.Options{})
	n := copy(r.mem[64<<10:], "....needle..........")
	for _, c := range []struct {
		name string
		memo input.StreamScan
		want bool
	}{
		{"nothing known", input.StreamScan{}, true},
		{"another key", input.StreamScan{Key: 7, To: 20}, true},
	} {
		r.Reset()
		i := r.Add(r.streamPacket(0), match.InspectHeader, 0)
		r.AddStream(r.mem[64<<10:64<<10+n], 0, 0, c.memo)
		r.Scan()
		res := r.Evaluate(i)
		if (res.N == 1) != c.want || res.Scan.Key == 0 || res.Scan.From != res.Scan.To {
			t.Errorf("%s: %d alerts, %+v", c.name, res.N, res.Scan)
		}
	}
	// A hit makes everything before it unclean: the same octets are looked at again.
	r.Reset()
	i := r.Add(r.streamPacket(0), match.InspectHeader, 0)
	r.AddStream(r.mem[64<<10:64<<10+n], 0, 0, input.StreamScan{})
	r.Scan()
	memo := r.Evaluate(i).Scan
	r.Reset()
	i = r.Add(r.streamPacket(0), match.InspectHeader, 0)
	r.AddStream(r.mem[64<<10:64<<10+n], 0, 0, memo)
	r.Scan()
	if res := r.Evaluate(i); res.N != 1 {
		t.Errorf("%d alerts with %+v", res.N, memo)
	}
}
