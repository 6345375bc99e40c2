package pcre2

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func compile(t testing.TB, pattern string, o Options) *Code {
	t.Helper()
	c, err := Compile([]byte(pattern), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func matcher(t testing.TB, c Config) *Matcher {
	t.Helper()
	m, err := NewMatcher(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func TestMatchTable(t *testing.T) {
	m := matcher(t, Config{})
	for _, c := range []struct {
		name, pattern string
		options       Options
		data          string
		start         int
		want          []uint32 // nil: no match
	}{
		{"plain", "b+", 0, "abbc", 0, []uint32{1, 3}},
		{"none", "x", 0, "abbc", 0, nil},
		{"caseless", "B", Caseless, "abc", 0, []uint32{1, 2}},
		{"case", "B", 0, "abc", 0, nil},
		{"multi line", "^b$", MultiLine, "a\nb\nc", 0, []uint32{2, 3}},
		{"single line", "^b$", 0, "a\nb\nc", 0, nil},
		{"dot all", "a.b", DotAll, "a\nb", 0, []uint32{0, 3}},
		{"dot", "a.b", 0, "a\nb", 0, nil},
		{"extended", "a b # c", Extended, "ab", 0, []uint32{0, 2}},
		{"anchored", "b", Anchored, "ab", 0, nil},
		{"anchored at start", "b", Anchored, "ab", 1, []uint32{1, 2}},
		{"dollar end only", "a$", DollarEndOnly, "a\n", 0, nil},
		{"dollar", "a$", 0, "a\n", 0, []uint32{0, 1}},
		{"ungreedy", "a+", Ungreedy, "aaa", 0, []uint32{0, 1}},
		{"groups", "(a)(x)?(b)", 0, "ab", 0, []uint32{0, 2, 0, 1, Unset, Unset, 1, 2}},
		{"no auto capture", "(a)", NoAutoCapture, "a", 0, []uint32{0, 1}},
		{"start", "a", 0, "aba", 1, []uint32{2, 3}},
		{"look-behind before start", "(?<=a)b", 0, "ab", 1, []uint32{1, 2}},
		{"empty data", "^$", 0, "", 0, []uint32{0, 0}},
		{"empty pattern", "", 0, "ab", 1, []uint32{1, 1}},
		{"NUL", "a\x00b", 0, "xa\x00b", 0, []uint32{1, 4}},
		{"octets, not UTF-8", `^.\xff$`, 0, "\xc3\xff", 0, []uint32{0, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := compile(t, c.pattern, c.options)
			ov := make([]uint32, 20)
			n, r := m.Match(code.Handle(), []byte(c.data), c.start, ov)
			if c.want == nil {
				if n != 0 || r != NoMatch {
					t.Errorf("%d pairs, %v; want no match", n, r)
				}
				return
			}
			if got := ov[:2*n]; r != Matched || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v %v, want %v", r, got, c.want)
			}
		})
	}
}

func TestMatchFewOffsets(t *testing.T) {
	code := compile(t, "(a)(b)(c)", 0)
	for _, groups := range []int{1, 8} {
		m := matcher(t, Config{Groups: groups})
		ov := []uint32{9, 9, 9, 9, 9}
		if n, r := m.Match(code.Handle(), []byte("abc"), 0, ov); n != 2 || r != Matched || !reflect.DeepEqual(ov, []uint32{0, 3, 0, 1, 9}) {
			t.Errorf("%d %v %v", n, r, ov)
		}
		if n, r := m.Match(code.Handle(), []byte("abc"), 0, nil); n != 0 || r != Matched {
			t.Errorf("without offsets: %d %v", n, r)
		}
	}
}

func TestMatchRefusesBadStart(t *testing.T) {
	m, code := matcher(t, Config{}), compile(t, "a", 0)
	for _, start := range []int{-1, 4} {
		if _, r := m.Match(code.Handle(), []byte("aaa"), start, nil); r != BadOffset {
			t.Errorf("start %d: %v", start, r)
		}
	}
	if _, r := m.Match(0, []byte("aaa"), 0, nil); r == Matched || r == NoMatch {
		t.Errorf("no code: %v", r)
	}
}

func TestNames(t *testing.T) {
	code := compile(t, `(x)(?<flow>a)(?P<alert>b)`, 0)
	if want := []Name{{"alert", 3}, {"flow", 2}}; !reflect.DeepEqual(code.Names(), want) || code.Captures() != 3 {
		t.Errorf("%v, %d groups, want %v", code.Names(), code.Captures(), want)
	}
}

func TestCompileErrorCarriesOffset(t *testing.T) {
	for pattern, offset := range map[string]int{"ab(c": 4, "a[b": 3, "ab**+": 3, "a(?Z)": 3, "(*UTF)a": 6} {
		_, err := Compile([]byte(pattern), 0)
		var ce *CompileError
		if !errors.As(err, &ce) || ce.Reason == "" {
			t.Errorf("%q: %v", pattern, err)
		} else if ce.Offset != offset {
			t.Errorf("%q: offset %d, want %d: %v", pattern, ce.Offset, offset, err)
		}
	}
	if _, err := Compile([]byte("a"), 1<<19); err == nil {
		t.Error("unknown option accepted")
	}
}

// Backtracking without end stops at a limit, by JIT and by the interpreter.
func TestExplosiveExpressionEnds(t *testing.T) {
	m := matcher(t, Config{})
	data := []byte(strings.Repeat("a", 40) + "b")
	for _, prefix := range []string{"", "(*NO_JIT)"} {
		for _, pattern := range []string{`^(a+)+$`, `^(a|aa)+$`, `^(\w+\s?)*[!?]$`, `(?:a?){40}a{41}`} {
			code := compile(t, prefix+pattern, 0)
			if _, r := m.Match(code.Handle(), data, 0, nil); !r.Limit() {
				t.Errorf("%s: %v, want a limit", prefix+pattern, r)
			}
		}
		// An expression cannot raise the limits.
		code := compile(t, prefix+`(*LIMIT_MATCH=100000000)^(a+)+$`, 0)
		if _, r := m.Match(code.Handle(), data, 0, nil); r != MatchLimit {
			t.Errorf("limit raised: %v", r)
		}
	}
}

func TestDeepRecursionEnds(t *testing.T) {
	m := matcher(t, Config{MatchLimit: 1 << 30, DepthLimit: 1 << 30})
	data := []byte(strings.Repeat("(", 1<<20))
	for pattern, want := range map[string]Result{`^(\((?1)*\))$`: StackLimit, `(*NO_JIT)^(\((?1)*\))$`: HeapLimit} {
		code := compile(t, pattern, 0)
		for range 3 { // the memory is to be had again
			if _, r := m.Match(code.Handle(), data, 0, nil); r != want {
				t.Errorf("%s: %v, want %v", pattern, r, want)
			}
		}
	}
	if m.arena.Refused() != 0 {
		t.Errorf("the arena refused %d times: it must hold what the heap limit allows", m.arena.Refused())
	}
}

func TestMatcherConfigIsChecked(t *testing.T) {
	for _, c := range []Config{{HeapKiB: 1 << 30}, {JITStack: -1}, {JITStack: 1 << 40}, {Groups: -1}, {Groups: 1 << 20}} {
		if m, err := NewMatcher(c); err == nil {
			m.Close()
			t.Errorf("%+v accepted", c)
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	m := matcher(t, Config{})
	code := compile(t, `(\d+)-(\d+)`, 0)
	if !code.JIT() {
		t.Log("no JIT on this machine")
	}
	data, ov := []byte("abc 12-345 xyz"), make([]uint32, 6)
	if n := testing.AllocsPerRun(100, func() { m.Match(code.Handle(), data, 0, ov) }); n != 0 {
		t.Errorf("%v allocations per match", n)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(`(a+)+$`, []byte("aaaab"), uint32(Caseless), 0)
	f.Add(`(?<x>.)\k<x>(?1)?`, []byte("xx\x00"), uint32(DotAll), 1)
	f.Fuzz(func(t *testing.T, pattern string, data []byte, o uint32, start int) {
		code, err := Compile([]byte(pattern), Options(o)&allOptions)
		if err != nil {
			return
		}
		defer code.Close()
		m := matcher(t, Config{Groups: 3})
		ov := make([]uint32, 8)
		n, _ := m.Match(code.Handle(), data, start, ov)
		for i := range 2 * n {
			if ov[i] != Unset && int(ov[i]) > len(data) {
				t.Fatalf("offset %d of %d", ov[i], len(data))
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	m := matcher(b, Config{})
	code := compile(b, `/[a-z]{4,8}\.php\?id=(\d+)`, 0)
	data, ov := []byte("GET /index/view/abcdef.php?id=12345 HTTP/1.1"), make([]uint32, 4)
	b.ReportAllocs()
	for b.Loop() {
		m.Match(code.Handle(), data, 0, ov)
	}
}
