package match_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/rule"
)

// within fails the test when f takes longer; the bound is far above what it takes
// and far below what no bound at all would.
func within(t *testing.T, most time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if took := time.Since(start); took > most {
		t.Errorf("took %v, at most %v", took, most)
	}
}

// TestHostileText: rules that are written to hurt whoever reads them end in an
// error with a place, and the rule behind them loads.
func TestHostileText(t *testing.T) {
	const head = "alert tcp any any -> any any ("
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	vars := map[string]string{"A": "$B", "B": "[10.0.0.1,$A]"}
	for i := range 40 {
		vars[fmt.Sprintf("D%d", i)] = fmt.Sprintf("[$D%d,$D%d]", i+1, i+1) // doubles with each
	}
	vars["D40"] = "10.0.0.1"
	for name, text := range map[string]string{
		"a line of 10 MB":            head + `msg:"` + strings.Repeat("x", 10<<20) + `"; sid:1;)`,
		"10 MB over many lines":      head + `msg:"` + strings.Repeat("x\\\n", 5<<20) + `"; sid:1;)`,
		"10 MB of options":           head + strings.Repeat("nocase;", 3<<19) + ` sid:1;)`,
		"100,000 contents":           head + strings.Repeat(`content:"ab";`, 100_000) + ` sid:1;)`,
		"addresses 100,000 deep":     "alert tcp " + deep("[", "10.0.0.1", "]", 100_000) + " any -> any any (sid:1;)",
		"negations 100,000 deep":     "alert tcp " + deep("![", "10.0.0.1", "]", 100_000) + " any -> any any (sid:1;)",
		"ports 100,000 deep":         "alert tcp any " + deep("[", "80", "]", 100_000) + " -> any any (sid:1;)",
		"groups 10,000 deep":         head + `pcre:"/` + deep("(", "a", ")", 10_000) + `/"; sid:1;)`,
		"repeats of repeats":         head + `pcre:"/((((a{1,999}){1,999}){1,999}){1,999}){1,999}/"; sid:1;)`,
		"a variable in itself":       "alert tcp $A any -> any any (sid:1;)",
		"variables that double":      "alert tcp $D0 any -> any any (sid:1;)",
		"an endless escape":          head + `content:"` + strings.Repeat(`|41`, 50_000) + `"; sid:1;)`,
		"a content of 100,000":       head + `content:"` + strings.Repeat("a", 100_000) + `"; sid:1;)`,
		"a fraction of a quote":      head + `msg:"\;`,
		"no end":                     "alert tcp any any -> any any " + strings.Repeat("(", 1<<20),
		"transforms without end":     "alert http1 any any -> any any (http.uri; " + strings.Repeat("to_md5; ", 100_000) + `content:"a"; sid:1;)`,
		"flowbits without end":       head + "flowbits:isset," + strings.Repeat("a|", 100_000) + "b; sid:1;)",
		"a number without end":       head + "dsize:" + strings.Repeat("9", 1<<20) + "; sid:1;)",
		"byte_math upon byte_math":   head + bytesOf(2000) + " sid:1;)",
		"references without end":     head + strings.Repeat("reference:url,a.b;", 50_000) + " sid:1;)",
		"metadata without end":       head + "metadata:" + strings.Repeat("a b,", 200_000) + "c d; sid:1;)",
		"NULs":                       head + strings.Repeat("\x00", 1<<20) + " sid:1;)",
		"requires upon requires":     head + "requires:" + strings.Repeat("version >= 1 | ", 50_000) + "version >= 7; sid:1;)",
		"a hundred thousand ports":   "alert tcp any [" + strings.Repeat("1,3,5,", 30_000) + "7] -> any any (sid:1;)",
		"a hundred thousand sources": "alert tcp [" + strings.Repeat("10.0.0.1,!10.0.0.2,", 30_000) + "10.0.0.3] any -> any any (sid:1;)",
	} {
		t.Run(name, func(t *testing.T) {
			within(t, 20*time.Second, func() {
				f, err := rule.Parse("t.rules", strings.NewReader(text+"\n"+head+"sid:2;)\n"), &rule.Env{Addresses: vars})
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range f.Errors {
					if s := e.Error(); !strings.HasPrefix(s, "t.rules:") || len(s) > 1000 {
						t.Errorf("an error without a place, or without an end: %.200s", s)
					}
				}
				res, err := compile.Compile(f.Rules, compile.Options{Parallel: 1})
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range res.Left {
					if len(l.Err.Error()) > 1000 {
						t.Errorf("an error without an end: %.200s", l.Err)
					}
				}
				found := false
				for _, r := range res.Rules {
					found = found || r.SID == 2
				}
				if !found {
					t.Errorf("the rule behind it is lost")
				}
			})
		})
	}
}

func bytesOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "byte_math:bytes 1, offset 0, oper +, rvalue 1, result v%d;", i)
	}
	return b.String()
}

// TestHostileCost: rules that load and are written to cost without end are given
// up, counted, and leave the rest to be judged.
func TestHostileCost(t *testing.T) {
	as := bytes.Repeat([]byte("a"), 1400)
	for name, c := range map[string]struct {
		rules   string
		payload []byte
		counted func(s *match.Stats) uint64
	}{
		"an expression that explodes": {`alert udp any any -> any any (pcre:"/^(a+)+$/"; sid:1;)`, append(bytes.Clone(as), 'b'),
			func(s *match.Stats) uint64 { return s.RegexLimit }},
		"matches upon matches": {`alert udp any any -> any any (` + strings.Repeat(`content:"a"; distance:0; `, 20) + `content:"b"; distance:0; content:"c"; within:1; sid:1;)`,
			append(bytes.Clone(as), "b c"...), func(s *match.Stats) uint64 { return s.StepsExceeded }},
		"jumps upon jumps": {`alert udp any any -> any any (` + strings.Repeat(`content:"a"; byte_jump:1,0,relative,post_offset -98; `, 12) + `content:"z"; within:1; sid:1;)`,
			append(bytes.Clone(as), " z"...), func(s *match.Stats) uint64 { return s.StepsExceeded }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, c.rules+"\nalert udp any any -> any any (content:\"aaaa\"; sid:2;)\n", compile.Options{Parallel: 1})
			within(t, 2*time.Second, func() {
				got := r.judge(r.packet(c.payload), nil, 0)
				if got[1] || !got[2] {
					t.Errorf("matched %v, want 2 alone", got)
				}
			})
			if c.counted(&r.Stats) == 0 {
				t.Error("that it was given up is not counted")
			}
		})
	}
}

// TestManyShortPatterns: ten thousand patterns of one octet are compiled in a
// bounded time, and a payload that has them all costs a bounded one: alerts have a
// limit, and so have candidates.
func TestManyShortPatterns(t *testing.T) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "alert udp any any -> any any (content:\"|%02x|\"; offset:%d; sid:%d;)\n", i%256, i/256, i+1)
	}
	var r *rig
	within(t, 30*time.Second, func() { r = newRig(t, text.String(), compile.Options{Parallel: 1}) })
	payload := make([]byte, 1400)
	for i := range payload {
		payload[i] = byte(i)
	}
	p := r.packet(payload)
	within(t, 2*time.Second, func() {
		if got := r.judge(p, nil, 0); len(got) == 0 {
			t.Error("no rule matched")
		}
	})
	if r.Stats.AlertOverflow == 0 {
		t.Error("more alerts than a packet may have are not counted")
	}
}
