package match_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// The oracle: conditions as the user guide describes them, judged by trying every
// place of every match. It knows nothing of the engine; rules are written as text
// and read by the parser, so that parser, compiler, prefilter and engine are all
// held against it.

// oracle is the state of one evaluation of a naive rule.
type oracle struct {
	data []byte
	vars map[string]uint64
}

// cond is one condition. holds reports whether it and, through next, what stands
// behind it hold; pos is where the last match ended.
type cond interface {
	text() string
	holds(o *oracle, pos int, next func(pos int) bool) bool
}

type nContent struct {
	pat            []byte
	neg, nocase    bool
	rel            bool
	offset, depth  int // absolute; depth 0: none
	dist, within   int // relative; within 0: none
	hasDist        bool
	starts, ends   bool
	offVar, depVar string
}

func (c *nContent) text() string {
	var b strings.Builder
	b.WriteString("content:")
	if c.neg {
		b.WriteByte('!')
	}
	fmt.Fprintf(&b, `"|% x|";`, c.pat)
	if c.nocase {
		b.WriteString(" nocase;")
	}
	if c.starts {
		b.WriteString(" startswith;")
	}
	if c.offVar != "" {
		fmt.Fprintf(&b, " offset:%s;", c.offVar)
	} else if c.offset > 0 {
		fmt.Fprintf(&b, " offset:%d;", c.offset)
	}
	if c.depth > 0 {
		fmt.Fprintf(&b, " depth:%d;", c.depth)
	}
	if c.rel && (c.hasDist || c.within == 0) {
		fmt.Fprintf(&b, " distance:%d;", c.dist)
	}
	if c.within > 0 {
		fmt.Fprintf(&b, " within:%d;", c.within)
	}
	if c.ends {
		b.WriteString(" endswith;")
	}
	return b.String()
}

func (c *nContent) places(o *oracle, pos int) (out []int) {
	n := len(c.pat)
	for at := 0; at+n <= len(o.data); at++ {
		got := o.data[at : at+n]
		if !bytes.Equal(got, c.pat) && !(c.nocase && bytes.Equal(bytes.ToLower(got), bytes.ToLower(c.pat))) {
			continue
		}
		offset := c.offset
		if c.offVar != "" {
			offset = int(min(o.vars[c.offVar], 1<<30))
		}
		switch {
		case c.starts && at != 0, c.ends && at+n != len(o.data):
			continue
		case c.rel:
			if at < pos+c.dist || c.within > 0 && at+n > pos+c.dist+c.within {
				continue
			}
		case at < offset || c.depth > 0 && at+n > offset+c.depth:
			continue
		}
		out = append(out, at)
	}
	return out
}

func (c *nContent) holds(o *oracle, pos int, next func(int) bool) bool {
	places := c.places(o, pos)
	if c.neg {
		return len(places) == 0 && next(pos)
	}
	for _, at := range places {
		if next(at + len(c.pat)) {
			return true
		}
	}
	return false
}

type nDataAt struct {
	n        int
	rel, neg bool
}

func (c *nDataAt) text() string {
	s := "isdataat:"
	if c.neg {
		s += "!"
	}
	s += strconv.Itoa(c.n)
	if c.rel {
		s += ",relative"
	}
	return s + ";"
}

func (c *nDataAt) holds(o *oracle, pos int, next func(int) bool) bool {
	there := c.n < len(o.data)
	if c.rel {
		there = pos+c.n <= len(o.data)
	}
	return there != c.neg && next(pos)
}

// nByte is byte_test, byte_jump, byte_extract or byte_math.
type nByte struct {
	kind        string
	n, offset   int
	op          string
	value       uint64
	valueVar    string
	rel, little bool
	base        int // 0: binary
	neg, align  bool
	mask        uint64
	mult        int
	fromBeg     bool
	post        int
	result      string
}

func (c *nByte) text() string {
	v := strconv.FormatUint(c.value, 10)
	if c.valueVar != "" {
		v = c.valueVar
	}
	var s string
	switch c.kind {
	case "byte_test":
		op := c.op
		if c.neg {
			op = "!" + op
		}
		s = fmt.Sprintf("byte_test:%d,%s,%s,%d", c.n, op, v, c.offset)
	case "byte_jump":
		s = fmt.Sprintf("byte_jump:%d,%d", c.n, c.offset)
	case "byte_extract":
		s = fmt.Sprintf("byte_extract:%d,%d,%s", c.n, c.offset, c.result)
	case "byte_math":
		s = fmt.Sprintf("byte_math:bytes %d, offset %d, oper %s, rvalue %s, result %s", c.n, c.offset, c.op, v, c.result)
	}
	if c.rel {
		s += ",relative"
	}
	if c.mult > 1 {
		s += ",multiplier " + strconv.Itoa(c.mult)
	}
	if c.base != 0 {
		s += ",string " + map[int]string{8: "oct", 10: "dec", 16: "hex"}[c.base]
	} else if c.little {
		if c.kind == "byte_math" {
			s += ",endian little"
		} else {
			s += ",little"
		}
	}
	if c.align {
		s += ",align"
	}
	if c.fromBeg {
		s += ",from_beginning"
	}
	if c.post != 0 {
		s += ",post_offset " + strconv.Itoa(c.post)
	}
	if c.mask != 0 {
		s += fmt.Sprintf(",bitmask %#x", c.mask)
	}
	return s + ";"
}

// read is the number and where it ends.
func (c *nByte) read(o *oracle, pos int) (v uint64, end int, ok bool) {
	at := c.offset
	if c.rel {
		at += pos
	}
	if at < 0 || at+c.n > len(o.data) {
		return 0, 0, false
	}
	d := o.data[at : at+c.n]
	if c.base == 0 {
		var w [8]byte
		if c.little {
			copy(w[:], d)
			return binary.LittleEndian.Uint64(w[:]), at + c.n, true
		}
		copy(w[8-len(d):], d)
		return binary.BigEndian.Uint64(w[:]), at + c.n, true
	}
	// White space before the digits is skipped; a sign may stand there, as strtoull
	// has it, and turns the number round.
	skip := len(d) - len(bytes.TrimLeft(d, " "))
	minus := false
	if skip < len(d) && (d[skip] == '-' || d[skip] == '+') {
		minus = d[skip] == '-'
		skip++
	}
	digits := skip
	for digits < len(d) {
		if _, err := strconv.ParseUint(string(d[digits:digits+1]), c.base, 8); err != nil {
			break
		}
		digits++
	}
	v, err := strconv.ParseUint(string(d[skip:digits]), c.base, 64)
	if minus {
		v = -v
	}
	return v, at + digits, err == nil
}

func (c *nByte) masked(v uint64) uint64 {
	if c.mask == 0 {
		return v
	}
	v &= c.mask
	for m := c.mask; m&1 == 0; m >>= 1 {
		v >>= 1
	}
	return v
}

func (c *nByte) holds(o *oracle, pos int, next func(int) bool) bool {
	v, end, ok := c.read(o, pos)
	if !ok {
		return false
	}
	w := c.value
	if c.valueVar != "" {
		w = o.vars[c.valueVar]
	}
	switch c.kind {
	case "byte_test":
		v = c.masked(v)
		r := map[string]bool{"<": v < w, ">": v > w, "=": v == w, "<=": v <= w, ">=": v >= w, "&": v&w != 0, "^": v^w != 0}[c.op]
		return r != c.neg && next(pos)
	case "byte_jump":
		v = c.masked(v)
		if c.mult > 1 {
			v *= uint64(c.mult)
		}
		if c.align && v%4 != 0 {
			v += 4 - v%4
		}
		if v > 1<<30 {
			return false
		}
		to := end + int(v) + c.post
		if c.fromBeg {
			to = int(v) + c.post
		}
		return to >= 0 && to <= len(o.data) && len(o.data) > 0 && next(to)
	case "byte_extract":
		v = c.masked(v)
		if c.mult > 1 {
			v *= uint64(c.mult)
		}
	case "byte_math":
		switch c.op {
		case "+":
			v += w
		case "-":
			v -= w
		case "*":
			v *= w
		case "/":
			if w == 0 {
				return false
			}
			v /= w
		case "<<", ">>":
			if w > 63 {
				return false
			}
			if c.op == "<<" {
				v <<= w
			} else {
				v >>= w
			}
		}
		v = c.masked(v)
	}
	old, had := o.vars[c.result]
	o.vars[c.result] = v
	if next(end) {
		return true
	}
	if delete(o.vars, c.result); had {
		o.vars[c.result] = old
	}
	return false
}

// naive judges a list of conditions over a buffer.
func naive(conds []cond, data []byte) bool {
	o := &oracle{data: data, vars: map[string]uint64{}}
	var from func(i, pos int) bool
	from = func(i, pos int) bool {
		if i == len(conds) {
			return true
		}
		return conds[i].holds(o, pos, func(pos int) bool { return from(i+1, pos) })
	}
	return from(0, 0)
}

// generator makes rules and payloads that often match.
type generator struct {
	*rand.Rand
	// growing: only conditions that stay true when the buffer grows.
	growing bool
	vars    []string
}

const alphabet = "abABc01 9f"

func (g *generator) octets(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return b
}

func (g *generator) one(n int) bool { return g.IntN(n) == 0 }

func (g *generator) content(first bool) *nContent {
	c := &nContent{pat: g.octets(1 + g.IntN(3)), nocase: g.one(3), neg: !g.growing && g.one(6)}
	switch k := g.IntN(8); {
	case k < 3 && !first:
		c.rel, c.dist, c.hasDist = true, g.IntN(9)-3, true
		if g.one(2) {
			c.within = len(c.pat) + g.IntN(8)
		}
	case k == 3:
		c.starts = true
	case k == 4 && !g.growing:
		c.ends = true
	case k == 5:
		c.offset = g.IntN(12)
		if g.one(2) {
			c.depth = len(c.pat) + g.IntN(10)
		}
	case k == 6 && len(g.vars) > 0:
		c.offVar = g.vars[g.IntN(len(g.vars))]
	}
	return c
}

func (g *generator) number(first bool) *nByte {
	c := &nByte{kind: []string{"byte_test", "byte_jump", "byte_extract", "byte_math"}[g.IntN(4)], n: 1 + g.IntN(4), offset: g.IntN(8), rel: !first && g.one(2)}
	if g.one(3) {
		c.base = []int{8, 10, 16}[g.IntN(3)]
	} else {
		c.little = g.one(2)
	}
	if c.rel {
		c.offset -= 3
	}
	if g.one(4) {
		c.mask = uint64(1+g.IntN(255)) << g.IntN(8)
	}
	value := func() {
		if c.value = uint64(g.IntN(4)); g.one(2) {
			c.value = uint64(alphabet[g.IntN(len(alphabet))])
		}
		if len(g.vars) > 0 && g.one(3) {
			c.valueVar = g.vars[g.IntN(len(g.vars))]
		}
	}
	switch c.kind {
	case "byte_test":
		c.op, c.neg = []string{"<", ">", "=", "<=", ">=", "&", "^"}[g.IntN(7)], g.one(4)
		value()
	case "byte_jump":
		c.n, c.mult, c.align, c.fromBeg = 1, 1+g.IntN(2), g.one(4), g.one(4)
		if g.one(3) {
			c.post = g.IntN(80) - 60
		}
	case "byte_extract":
		c.mult, c.result = 1+g.IntN(3), fmt.Sprintf("v%d", len(g.vars))
		g.vars = append(g.vars, c.result)
	case "byte_math":
		c.op = []string{"+", "-", "*", "/", "<<", ">>"}[g.IntN(6)]
		value()
		c.result = fmt.Sprintf("v%d", len(g.vars))
		g.vars = append(g.vars, c.result)
	}
	return c
}

// list makes the conditions of a rule.
func (g *generator) list() []cond {
	g.vars = nil
	var out []cond
	for i := range 1 + g.IntN(4) {
		switch k := g.IntN(10); {
		case k < 6:
			out = append(out, g.content(i == 0))
		case k < 9:
			out = append(out, g.number(i == 0))
		default:
			c := &nDataAt{n: g.IntN(20), rel: i > 0 && g.one(2), neg: !g.growing && g.one(3)}
			out = append(out, c)
		}
	}
	return out
}

func textOf(conds []cond) string {
	var b strings.Builder
	for _, c := range conds {
		b.WriteString(c.text())
		b.WriteByte(' ')
	}
	return b.String()
}

const oracleRules = 100

// oracleRound holds the engine against the oracle for one seed: packets, and
// bodies that arrive in pieces.
func oracleRound(t *testing.T, seed uint64) (matches int) {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 7))}
	var text strings.Builder
	var lists [2 * oracleRules][]cond
	for i := range oracleRules {
		g.growing = false
		lists[i] = g.list()
		fmt.Fprintf(&text, "alert udp any any -> any any (%ssid:%d;)\n", textOf(lists[i]), i+1)
		g.growing = true
		lists[oracleRules+i] = g.list()
		fmt.Fprintf(&text, "alert http1 any any -> any any (http.request_body; %ssid:%d;)\n", textOf(lists[oracleRules+i]), oracleRules+i+1)
	}
	r := newRig(t, text.String(), compile.Options{Parallel: 1})
	for range 20 {
		data := g.octets(1 + g.IntN(30))
		got := r.judge(r.packet(data), nil, 0)
		whole := r.grow(t, data, []int{len(data)})
		cuts := []int{}
		for at := 0; at < len(data); {
			at = min(at+1+g.IntN(6), len(data))
			cuts = append(cuts, at)
		}
		cut := r.grow(t, data, cuts)
		for i, l := range lists {
			sid, want := uint32(i+1), naive(l, data)
			if want {
				matches++
			}
			switch {
			case i < oracleRules && got[sid] != want:
				t.Fatalf("seed %d: %q in %q: engine %v, oracle %v", seed, textOf(l), data, got[sid], want)
			case i >= oracleRules && whole[sid] != want:
				t.Fatalf("seed %d: body: %q in %q: engine %v, oracle %v", seed, textOf(l), data, whole[sid], want)
			case i >= oracleRules && cut[sid] != want && !lateByte(l):
				t.Fatalf("seed %d: body cut at %v: %q in %q: engine %v, oracle %v", seed, cuts, textOf(l), data, cut[sid], want)
			}
		}
	}
	return matches
}

// lateByte reports whether a list has a number in digits: how many of them there
// are changes when a buffer grows, so that it may match early.
func lateByte(l []cond) bool {
	for _, c := range l {
		if b, ok := c.(*nByte); ok && b.base != 0 {
			return true
		}
	}
	return false
}

// grow judges a body that arrives in pieces and gives the rules that matched.
func (r *rig) grow(t *testing.T, data []byte, cuts []int) map[uint32]bool {
	copy(r.mem[1<<16:], data)
	tx := &body{all: r.mem[1<<16 : 1<<16+len(data)]}
	out := map[uint32]bool{}
	for _, at := range cuts {
		tx.seen = at
		p := r.packet(nil)
		p.Proto = 6
		for sid := range r.judge(p, tx, input.AppHTTP1) {
			if out[sid] {
				t.Fatalf("sid %d matched twice on one transaction", sid)
			}
			out[sid] = true
		}
	}
	r.ReleaseTx(&tx.det)
	return out
}

// TestOracle holds the engine against the naive evaluator on random rules and
// payloads.
func TestOracle(t *testing.T) {
	n := 25
	if testing.Short() {
		n = 3
	}
	matches := 0
	for seed := range uint64(n) {
		matches += oracleRound(t, seed)
	}
	if matches < 20*n {
		t.Errorf("only %d matches in %d rounds: the generator makes rules that say nothing", matches, n)
	}
}

func FuzzOracle(f *testing.F) {
	f.Add(uint64(950)) // a negated content between a match and what is relative to it
	f.Add(uint64(786)) // a byte_test there
	f.Fuzz(func(t *testing.T, seed uint64) { oracleRound(t, seed) })
}
