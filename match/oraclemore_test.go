package match_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// This half of the oracle has what needs a whole buffer: regular expressions,
// sizes, and transforms in front of conditions.

// nRegex is pcre. From each start one match is tried, the one that Perl prefers,
// which is what Go's leftmost-first search finds there, too.
type nRegex struct {
	expr     string
	neg      bool
	nocase   bool
	rel      bool
	atStart  bool // ^
	compiled *regexp.Regexp
}

func (c *nRegex) text() string {
	flags := ""
	if c.nocase {
		flags += "i"
	}
	if c.rel {
		flags += "R"
	}
	neg, hat := "", ""
	if c.neg {
		neg = "!"
	}
	if c.atStart {
		hat = "^"
	}
	return fmt.Sprintf(`pcre:%s"/%s%s/%s";`, neg, hat, c.expr, flags)
}

func (c *nRegex) holds(o *oracle, pos int, next func(int) bool) bool {
	from := 0
	if c.rel {
		from = pos
	}
	if from > len(o.data) {
		return false
	}
	if c.compiled == nil {
		flags := ""
		if c.nocase {
			flags = "(?i)"
		}
		c.compiled = regexp.MustCompile(flags + "^(?:" + c.expr + ")")
	}
	any := false
	for s := from; s <= len(o.data); s++ {
		if m := c.compiled.FindIndex(o.data[s:]); m != nil {
			if any = true; !c.neg && next(s+m[1]) {
				return true
			}
		}
		if c.atStart {
			break
		}
	}
	return c.neg && !any && next(pos)
}

// nSize is bsize or dsize: the length of the buffer, or the packet's payload.
type nSize struct {
	keyword, op string
	a, b        int
}

func (c *nSize) text() string {
	if c.op == "<>" {
		return fmt.Sprintf("%s:%d<>%d;", c.keyword, c.a, c.b)
	}
	return fmt.Sprintf("%s:%s%d;", c.keyword, c.op, c.a)
}

func (c *nSize) holds(o *oracle, pos int, next func(int) bool) bool {
	n := len(o.data)
	ok := map[string]bool{"": n == c.a, "!": n != c.a, "<": n < c.a, ">": n > c.a, "<=": n <= c.a, ">=": n >= c.a, "<>": n > c.a && n < c.b}[c.op]
	return ok && next(pos)
}

// regex makes an expression that matches no empty text.
func (g *generator) regex(first bool) *nRegex {
	atom := func() string {
		switch g.IntN(5) {
		case 0:
			return "[" + string(g.octets(1+g.IntN(3))) + "]"
		case 1:
			return "[^" + string(g.octets(1+g.IntN(2))) + "]"
		case 2:
			return "(?:" + string(g.octets(1)) + "|" + string(g.octets(2)) + ")"
		case 3:
			return "."
		}
		return string(g.octets(1))
	}
	c := &nRegex{expr: atom(), neg: g.one(6), nocase: g.one(3), rel: !first && g.one(2), atStart: g.one(6)}
	for range g.IntN(4) {
		c.expr += atom() + []string{"", "", "?", "*", "+", "{1,2}", "*?", "+?"}[g.IntN(8)]
	}
	return c
}

func (g *generator) size(keyword string) *nSize {
	ops := []string{"", "<", ">", "<=", ">=", "<>"}
	if keyword == "dsize" {
		ops = []string{"", "!", "<", ">", "<=", ">=", "<>"}
	}
	c := &nSize{keyword: keyword, op: ops[g.IntN(len(ops))], a: 1 + g.IntN(25)}
	c.b = c.a + 2 + g.IntN(12)
	return c
}

// transforms by their keyword, as the guide describes them.
var naiveTransforms = []struct {
	text  string
	apply func([]byte) []byte
}{
	{"to_lowercase;", bytes.ToLower},
	{"to_uppercase;", bytes.ToUpper},
	{"strip_whitespace;", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(" "), nil) }},
	{"compress_whitespace;", func(b []byte) []byte { return regexp.MustCompile(" +").ReplaceAll(b, []byte(" ")) }},
	{"dotprefix;", func(b []byte) []byte { return append([]byte("."), b...) }},
	{`xor:"03";`, func(b []byte) []byte {
		out := bytes.Clone(b)
		for i := range out {
			out[i] ^= 3
		}
		return out
	}},
	{`subslice:2,6;`, func(b []byte) []byte {
		if len(b) < 8 {
			return nil // what is not all there is nothing
		}
		return b[2:8]
	}},
}

// whole makes the conditions of a rule on a buffer that is there as a whole.
func (g *generator) whole(size string) []cond {
	out := g.list()
	if g.one(2) {
		out = append(out, g.regex(false))
		if g.one(2) {
			out = append(out, g.content(false))
		}
	} else if g.one(2) {
		out = append([]cond{g.regex(true)}, out...)
	}
	if g.one(3) {
		out = append(out, g.size(size))
	}
	return out
}

// oracleWholeRound holds the engine against the oracle on packets with regular
// expressions and sizes, and on request targets behind chains of transforms.
func oracleWholeRound(t *testing.T, seed uint64) (matches int) {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 11))}
	var text strings.Builder
	var lists [2 * oracleRules][]cond
	var chains [oracleRules][]int
	for i := range oracleRules {
		lists[i] = g.whole("dsize")
		fmt.Fprintf(&text, "alert udp any any -> any any (%ssid:%d;)\n", textOf(lists[i]), i+1)
		chain := ""
		for range g.IntN(4) {
			k := g.IntN(len(naiveTransforms))
			chains[i] = append(chains[i], k)
			chain += naiveTransforms[k].text + " "
		}
		lists[oracleRules+i] = g.whole("bsize")
		fmt.Fprintf(&text, "alert http1 any any -> any any (http.uri; %s%ssid:%d;)\n", chain, textOf(lists[oracleRules+i]), oracleRules+i+1)
	}
	r := newRig(t, text.String(), compile.Options{Parallel: 1})
	for range 20 {
		data := g.octets(1 + g.IntN(30))
		got := r.judge(r.packet(data), nil, 0)
		n := copy(r.mem[1<<16:], data)
		tx := &body{uri: r.mem[1<<16 : 1<<16+n : 1<<16+n]}
		p := r.packet(nil)
		p.Proto = 6
		uri := r.judge(p, tx, input.AppHTTP1)
		r.ReleaseTx(&tx.det)
		for i, l := range lists {
			sid, in, was := uint32(i+1), data, got
			if i >= oracleRules {
				for _, k := range chains[i-oracleRules] {
					in = naiveTransforms[k].apply(in)
				}
				was = uri
			}
			want := naive(l, in)
			if want {
				matches++
			}
			if was[sid] != want {
				t.Fatalf("seed %d: rule %d in %q (then %q): engine %v, oracle %v\n%s", seed, sid, data, in, was[sid], want,
					strings.Split(text.String(), "\n")[ruleLine(i)])
			}
		}
	}
	return matches
}

// ruleLine is the line of rule i: both kinds take turns.
func ruleLine(i int) int {
	if i < oracleRules {
		return 2 * i
	}
	return 2*(i-oracleRules) + 1
}

// TestOracleWhole is TestOracle for what needs a whole buffer.
func TestOracleWhole(t *testing.T) {
	n := 25
	if testing.Short() {
		n = 3
	}
	matches := 0
	for seed := range uint64(n) {
		matches += oracleWholeRound(t, seed)
	}
	if matches < 20*n {
		t.Errorf("only %d matches in %d rounds: the generator makes rules that say nothing", matches, n)
	}
}

func FuzzOracleWhole(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(109)) // a number with a sign
	f.Fuzz(func(t *testing.T, seed uint64) { oracleWholeRound(t, seed) })
}
