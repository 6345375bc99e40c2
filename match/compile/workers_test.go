package compile

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
	"github.com/weir-ips/weir/match/state"
)

// noVars is a State with the shared tables alone; rules of the test ask for
// nothing else.
type noVars struct {
	match.State
	shared *state.Tables
}

func (s noVars) Bits(op *match.Op, p *input.Packet, tx uint64) bool { return s.shared.Bits(op, p, tx) }
func (s noVars) SetBits(op *match.Op, p *input.Packet, tx uint64)   { s.shared.SetBits(op, p, tx) }
func (s noVars) Threshold(t *match.ThresholdRec, r *match.RuleRec, p *input.Packet) match.Outcome {
	return s.shared.Threshold(t, r, p)
}
func (s noVars) SetTag(op *match.Op, r *match.RuleRec, p *input.Packet) { s.shared.SetTag(op, r, p) }
func (s noVars) Tagged(p *input.Packet, octets int) bool                { return s.shared.Tagged(p, octets) }

// offHeap is zeroed memory that the matcher may read.
func offHeap(t testing.TB, n int) []byte {
	t.Helper()
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(b) })
	return b
}

// engines makes n engines that run the rules over shared tables.
func engines(t *testing.T, n int, text string, limits string) []*match.Engine {
	t.Helper()
	env := &rule.Env{Addresses: map[string]string{"HOME_NET": "10.0.0.0/8"}, Ports: map[string]string{}}
	f, err := rule.Parse("t.rules", strings.NewReader(text), env)
	if err != nil || len(f.Errors) > 0 {
		t.Fatal(err, f.Errors)
	}
	lim, wrong, err := rule.ParseThresholdConfig("threshold.config", strings.NewReader(limits), env)
	if err != nil || len(wrong) > 0 {
		t.Fatal(err, wrong)
	}
	res, err := Compile(f.Rules, Options{Limits: lim})
	if err != nil || len(res.Left) > 0 {
		t.Fatal(err, res.Left)
	}
	b, err := match.Open(res.Bundle, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	c := state.Config{Thresholds: 4096, Bits: 4096, Tags: 256, PortSets: 64}
	tables, err := state.New(c, offHeap(t, c.Size()), [2]uint64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	var out []*match.Engine
	for range n {
		e, err := match.NewEngine(match.DefaultLimits(), noVars{shared: tables}, match.NewArena(offHeap(t, 1<<20)), offHeap(t, 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		sc, err := b.NewScratch()
		if err != nil {
			t.Fatal(err)
		}
		e.SetBundle(b, sc)
		out = append(out, e)
	}
	return out
}

const spanningRules = `alert udp any any -> any any (msg:"limit"; content:"A"; threshold:type limit, track by_src, count 3, seconds 20; sid:1;)
alert udp any any -> any any (msg:"filter"; content:"A"; detection_filter:track by_dst, count 5, seconds 10; sid:2;)
alert udp any any -> any any (msg:"ports"; content:"A"; detection_filter:track by_src, count 4, seconds 30, unique_on dst_port; sid:3;)
alert udp any any -> any any (msg:"pair"; content:"B"; xbits:set,p,track ip_pair,expire 30; noalert; sid:4;)
alert udp any any -> any any (msg:"pair seen"; content:"A"; xbits:isset,p,track ip_pair; sid:5;)
alert udp any any -> any any (msg:"host"; content:"C"; hostbits:set,h,src; noalert; sid:6;)
alert udp any any -> any any (msg:"host seen"; content:"A"; hostbits:isset,h,dst; sid:7;)
drop udp any any -> any any (msg:"both"; content:"A"; threshold:type both, track by_both, count 4, seconds 10; sid:8;)
alert udp any any -> any any (msg:"rule"; content:"A"; threshold:type threshold, track by_rule, count 7, seconds 60; sid:9;)
alert udp any any -> any any (msg:"rate"; content:"B"; sid:10;)
alert udp any any -> any any (msg:"suppressed"; content:"B"; sid:11;)
`

const spanningLimits = `rate_filter gen_id 1, sig_id 10, track by_src, count 3, seconds 10, new_action drop, timeout 5
suppress gen_id 1, sig_id 11, track by_src, ip [10.0.0.0/30,!10.0.0.2]
`

// traffic is datagrams between a few hosts.
func traffic(t *testing.T, n int) []*input.Packet {
	r := rand.New(rand.NewSource(42))
	mem := offHeap(t, 1<<20)
	var out []*input.Packet
	now := int64(1_700_000_000_000_000)
	for i := range n {
		now += int64(r.Intn(300_000))
		off := i * 160 % (1<<20 - 256)
		frame := mem[off : off+32]
		frame[28] = "ABC."[r.Intn(4)]
		p := &input.Packet{Frame: frame, TimeUS: now, Num: uint64(i + 1), IPVersion: 4, Proto: 17, HasPorts: true,
			L4Off: 20, PayloadOff: 28, PayloadEnd: 32, L3End: 32, Dir: input.ToServer,
			SrcPort: uint16(1024 + r.Intn(4)), DstPort: uint16(r.Intn(20))}
		p.Src = [16]byte{10, 0, 0, byte(r.Intn(5))}
		p.Dst = [16]byte{10, 0, 0, byte(r.Intn(5))}
		p.Flow = &input.Flow{ID: uint64(i), Slot: 1}
		out = append(out, p)
	}
	return out
}

// TestTwoWorkersAsOne: the same traffic gives the same alerts, actions and
// verdicts whether one worker sees it or two share it.
func TestTwoWorkersAsOne(t *testing.T) {
	one := engines(t, 1, spanningRules, spanningLimits)
	two := engines(t, 2, spanningRules, spanningLimits)
	seen := map[uint32]int{}
	for i, p := range traffic(t, 4000) {
		a := judged(one[0], p, seen)
		// Flows are spread by their addresses, as a port spreads them.
		if b := judged(two[(p.Src[3]^p.Dst[3]^byte(p.SrcPort))&1], p, nil); a != b {
			t.Fatalf("packet %d: one worker says %s, two say %s", i, a, b)
		}
	}
	for _, sid := range []uint32{1, 2, 3, 5, 7, 8, 9, 10, 11} {
		if seen[sid] == 0 {
			t.Errorf("sid %d never alerted: the test shows nothing about it", sid)
		}
	}
}

// judged is what an engine makes of one packet.
func judged(e *match.Engine, p *input.Packet, seen map[uint32]int) string {
	e.Reset()
	i := e.Add(p, match.InspectHeader|match.InspectPayload, 0)
	e.Scan()
	r := e.Evaluate(i)
	text := fmt.Sprint("verdict ", r.Verdict)
	for _, a := range r.Alerts[:r.N] {
		sid := e.Bundle().Rules[a.Rule].SID
		text += fmt.Sprint(" ", sid, a.Action)
		if seen != nil {
			seen[sid]++
		}
	}
	return text
}
