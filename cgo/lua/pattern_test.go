package lua

import (
	"math/rand/v2"
	"testing"
)

// What compares the counted pattern functions with the library's own: each
// shows all that a function returns, or its error without a position.
const showSearch = `
	local function show(ok, ...)
		local t = table.pack(...)
		for i = 1, t.n do t[i] = tostring(t[i]):gsub("%W", function(c) return "<" .. c:byte() .. ">" end) end
		return tostring(ok) .. ":" .. table.concat(t, ",")
	end
	local function all(s, p, i)
		local t = {}
		for a, b in s:gmatch(p, i) do t[#t + 1] = tostring(a) .. "=" .. tostring(b) end
		return table.concat(t, ";")
	end
	function f(s, p, r, i)
		return show(pcall(string.find, s, p, i)) .. " " .. show(pcall(string.match, s, p, i)) .. " " ..
			show(pcall(all, s, p, i)) .. " " .. show(pcall(string.gsub, s, p, r)) .. " " ..
			show(pcall(string.gsub, s, p, r, i)) .. " " .. show(pcall(string.find, s, p, i, true)) .. " " ..
			show(pcall(string.gsub, s, p, {a = "x", b = 7, [""] = false})) .. " " ..
			show(pcall(string.gsub, s, p, function(a, b) return b or a == "a" and a end))
	end`

type searcher struct {
	state *State
	f     Function
}

func (c searcher) run(s, p, r string, i int) (string, Result) {
	c.state.AddBytes([]byte(s))
	c.state.AddBytes([]byte(p))
	c.state.AddBytes([]byte(r))
	c.state.AddInt(int64(i))
	out := make([]byte, 4096)
	v, result := c.state.Call(c.f, out)
	return string(out[:min(v.Len, len(out))]), result
}

// searchers are one of the counted functions and one of the library's.
func searchers(t testing.TB) (ours, library searcher) {
	t.Helper()
	for uncounted, to := range []*searcher{&ours, &library} {
		s, err := newState(Config{Instructions: 2_000_000}, uncounted == 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		if err := s.Load([]byte(showSearch), "search.lua"); err != nil {
			t.Fatal(err)
		}
		*to = searcher{s, function(t, s, "f")}
	}
	return ours, library
}

func compareSearch(t *testing.T, ours, library searcher, s, p, r string, i int) {
	t.Helper()
	a, ra := ours.run(s, p, r, i)
	if ra == InstructionLimit {
		return // what only the counted one sees
	}
	if b, rb := library.run(s, p, r, i); a != b || ra != rb {
		t.Fatalf("%q in %q, replacement %q, from %d:\n%v %s\nwant\n%v %s", p, s, r, i, ra, a, rb, b)
	}
}

func TestPatternsAgreeWithTheLibrary(t *testing.T) {
	ours, library := searchers(t)
	for _, c := range [][3]string{
		{"hello world", "o w", "x"}, {"key = value", "(%w+)%s*=%s*(%w+)", "%2=%1"}, {"THE (quick) fox", "%((%a+)%)", "<%1>"},
		{"f(a(b)c)d", "%b()", "%0%0"}, {"THE quick", "%f[%a]%a+", "w"}, {"aaa", "a-", "-"}, {"abc", "", "."}, {"abc", "()", "%1"},
		{"abab", "(a)(b)%1%2", "%%"}, {"x]y", "[]]", "."}, {"a-z", "[a-]", "."}, {"a^b", "[%^]", "."}, {"a\x00b", "%z", "."},
		{"a\x00b", "\x00", "."}, {"abc", "^b", "."}, {"abc", "c$", "."}, {"a$c", "$c", "."}, {"abc", "[^a]", "%"}, {"abc", "(", "."},
		{"abc", ")", "."}, {"abc", "%", "."}, {"abc", "[", "."}, {"abc", "[a", "."}, {"abc", "[a%", "."}, {"abc", "%b", "."},
		{"abc", "%f", "."}, {"abc", "%1", "."}, {"abc", "(a%1)", "."}, {"abc", "a?b?c?d?", "%9"}, {"\xff\xe4", "%W[\x80-\xff]", "."},
	} {
		for _, i := range []int{-5, -1, 0, 1, 2, 99} {
			compareSearch(t, ours, library, c[0], c[1], c[2], i)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	text := func(alphabet []string, n int) (s string) {
		for range r.IntN(n) {
			s += alphabet[r.IntN(len(alphabet))]
		}
		return s
	}
	subject := []string{"a", "b", "(", ")", "1", " ", "-", "]", "\x00"}
	pattern := []string{"a", "b", ".", "%a", "%S", "[ab]", "[^a]", "[%d-]", "[a-z]", "*", "+", "-", "?", "(", ")", "()", "$", "^", "%1", "%b()", "%f[%w]", "]", "["}
	for range 20000 {
		compareSearch(t, ours, library, text(subject, 12), text(pattern, 7), text([]string{"x", "%0", "%1", "%%", "%2"}, 4), r.IntN(8)-3)
	}
}

func FuzzPatterns(f *testing.F) {
	f.Add("key = value", "(%w+)%s*=%s*(%w+)", "%2=%1", 1)
	f.Add("f(a(b)c)d", "%b()%f[%a]", "%0", -2)
	ours, library := searchers(f)
	f.Fuzz(func(t *testing.T, s, p, r string, i int) {
		if len(s) <= 30 && len(p) <= 20 && len(r) <= 20 {
			compareSearch(t, ours, library, s, p, r, i)
		}
	})
}
