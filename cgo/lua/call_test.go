package lua

import (
	"bytes"
	"strings"
	"testing"
)

func state(t testing.TB, c Config, script string) *State {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Load([]byte(script), "test.lua"); err != nil {
		t.Fatal(err)
	}
	return s
}

func function(t testing.TB, s *State, name string) Function {
	t.Helper()
	f, err := s.Function(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCallReturns(t *testing.T) {
	for _, c := range []struct {
		body string
		want Value
		text string
		r    Result
	}{
		{"return 7", Value{Kind: Int, Int: 7}, "", OK},
		{"return -1 << 63", Value{Kind: Int, Int: -1 << 63}, "", OK},
		{"return 6 / 2", Value{Kind: Int, Int: 3}, "", OK},
		{"return 1.5", Value{}, "", BadResult},
		{"return {}", Value{}, "", BadResult},
		{"return true", Value{Kind: Bool, Int: 1}, "", OK},
		{"return false", Value{Kind: Bool}, "", OK},
		{"return", Value{Kind: Nil}, "", OK},
		{`return "a\0b", 3`, Value{Kind: String, Len: 3}, "a\x00b", OK},
		{`return "0123456789"`, Value{Kind: String, Len: 10}, "01234567", OK},
		{`error("no")`, Value{}, "", ScriptError},
		{`error({})`, Value{}, "", ScriptError},
		{`return nil + 1`, Value{}, "", ScriptError},
	} {
		s := state(t, Config{}, "function f() "+c.body+" end")
		out := make([]byte, 8)
		v, r := s.Call(function(t, s, "f"), out)
		if v != c.want || r != c.r || string(out[:min(v.Len, len(out))]) != c.text {
			t.Errorf("%s: %+v %v %q", c.body, v, r, out)
		}
		if (r == OK) != (s.Message() == "") {
			t.Errorf("%s: message %q", c.body, s.Message())
		}
	}
}

func TestCallArguments(t *testing.T) {
	s := state(t, Config{}, `
		function f(a, b, c, d)
			return string.format("%d %s %s=%d %s", a, b, c.payload, c.port, tostring(d))
		end`)
	out := make([]byte, 100)
	f := function(t, s, "f")
	for range 2 { // the arguments of one call do not reach the next
		s.AddInt(-5)
		s.AddBytes([]byte("text"))
		s.OpenTable()
		s.SetBytes("payload", []byte("GET /"))
		s.SetInt("port", 80)
		s.CloseTable()
		v, r := s.Call(f, out)
		if got := string(out[:v.Len]); r != OK || got != "-5 text GET /=80 nil" {
			t.Errorf("%v %q %s", r, got, s.Message())
		}
	}
}

func TestCallRefusesBadArguments(t *testing.T) {
	s := state(t, Config{Arguments: 64}, "function f(...) return select('#', ...) end")
	f := function(t, s, "f")
	for name, add := range map[string]func(){
		"open table":      func() { s.OpenTable() },
		"no open table":   func() { s.CloseTable() },
		"nested":          func() { s.OpenTable(); s.OpenTable(); s.CloseTable() },
		"too long":        func() { s.AddBytes(make([]byte, 60)) },
		"one too long":    func() { s.AddInt(1); s.AddBytes(make([]byte, 60)); s.AddInt(1) },
		"field, no table": func() { s.SetBytes("some", []byte("x")); s.CloseTable() },
		"too many to hold": func() {
			for range 8 {
				s.AddInt(1)
			}
		},
	} {
		add()
		if v, r := s.Call(f, nil); r != BadArguments {
			t.Errorf("%s: %+v %v", name, v, r)
		}
		if v, r := s.Call(f, nil); r != OK || v.Int != 0 {
			t.Errorf("after %s: %+v %v", name, v, r)
		}
	}
	for _, f := range []Function{-2, 0, 9999} {
		if _, r := s.Call(f, nil); r != BadArguments {
			t.Errorf("function %d: %v", f, r)
		}
	}
}

func TestGlobalsLiveOn(t *testing.T) {
	s := state(t, Config{}, "n = 0 function f() n = n + 1 return n end")
	f := function(t, s, "f")
	for i := range int64(3) {
		if v, r := s.Call(f, nil); r != OK || v.Int != i+1 {
			t.Errorf("%+v %v", v, r)
		}
	}
}

func TestCallDoesNotAllocate(t *testing.T) {
	s := state(t, Config{}, "function match(a) return a.payload:find('evil', 1, true) and 1 or 0 end")
	f, payload, out := function(t, s, "match"), []byte("some evil octets"), make([]byte, 10)
	if n := testing.AllocsPerRun(1000, func() {
		s.OpenTable()
		s.SetBytes("payload", payload)
		s.SetInt("port", 80)
		s.CloseTable()
		if v, r := s.Call(f, out); v.Int != 1 || r != OK {
			t.Fatal(v, r)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMemoryComesBack(t *testing.T) {
	s := state(t, Config{Memory: 256 << 10}, "function transform(b) return b:upper():reverse() .. #b end")
	f, out := function(t, s, "transform"), make([]byte, 20000)
	for i := range 20000 {
		n := i % 4000
		s.AddBytes(bytes.Repeat([]byte("a"), n))
		if _, r := s.Call(f, out); r != OK || !strings.HasPrefix(string(out[:n+1]), strings.Repeat("A", n)) {
			t.Fatalf("call %d: %v %s", i, r, s.Message())
		}
	}
}

func BenchmarkCall(b *testing.B) {
	s := state(b, Config{}, "function match(a) return a.payload:find('evil', 1, true) and 1 or 0 end")
	f, payload := function(b, s, "match"), bytes.Repeat([]byte("octets "), 100)
	b.ReportAllocs()
	for b.Loop() {
		s.OpenTable()
		s.SetBytes("payload", payload)
		s.CloseTable()
		s.Call(f, nil)
	}
}
